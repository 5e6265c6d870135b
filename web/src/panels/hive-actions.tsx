/** Keeping, renaming, moving and removing a hive. A move asks first, and everything can be undone. */

import { useEffect, useRef, useState } from "preact/hooks";
import { Icon } from "../parts/icons";
import { placeName, shortName } from "../places/place-text";
import type { Place } from "../state/address";
import { choose } from "../state/choice";
import { addHive, done, type Hive, hiveAt, hives, lastHive, removeHive, renameHive } from "../state/hives";
import { answerMove, placing, proposedMove, stopPlacing } from "../state/placing";
import { words } from "../words/words";

export function nameOf(hive: Hive): string {
  return hive.name || shortName(hive.place);
}

export function HiveActions({ spot }: { spot: Place }) {
  const { hive: say } = words.value;
  const [isRenaming, setRenaming] = useState(false);
  const hive = hiveAt(hives.value, spot);
  if (!hive) {
    return (
      <div class="actions">
        <p class="soft small">{say.shared}</p>
        <button type="button" class="button" id="hive-keep" onClick={() => addHive(spot)}>
          {say.keep}
        </button>
      </div>
    );
  }
  if (isRenaming) return <RenameForm hive={hive} close={() => setRenaming(false)} />;
  const remove = () => {
    stopPlacing();
    removeHive(hive);
    choose({ place: lastHive()?.place ?? null });
    // Otherwise the focus would be lost with the button.
    requestAnimationFrame(() => document.querySelector<HTMLElement>('#hives [aria-pressed="true"], #coordinates')?.focus());
  };
  return (
    <div class="actions">
      <button type="button" class="quiet" id="hive-rename" onClick={() => setRenaming(true)}>
        {say.rename}
      </button>
      <button type="button" class="quiet" id="hive-move" onClick={() => (placing.value = { kind: "move", hive })}>
        {say.move}
      </button>
      <button type="button" class="quiet" id="hive-forget" onClick={remove}>
        {say.forget}
      </button>
    </div>
  );
}

function RenameForm({ hive, close }: { hive: Hive; close: () => void }) {
  const { hive: say } = words.value;
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.select(), []);
  const leave = () => {
    close();
    requestAnimationFrame(() => document.getElementById("hive-rename")?.focus());
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    renameHive(hive, input.current?.value ?? "");
    leave();
  };
  return (
    <form class="actions" onSubmit={submit}>
      <label class="unseen" for="hive-name">
        {say.name}
      </label>
      <input
        ref={input}
        id="hive-name"
        maxLength={40}
        autocomplete="off"
        defaultValue={nameOf(hive)}
        onKeyDown={(event) => event.key === "Escape" && leave()}
      />
      <button type="submit" class="button is-main">
        {say.save}
      </button>
      <button type="button" class="quiet" onClick={leave}>
        {say.cancel}
      </button>
    </form>
  );
}

/** Asks whether to move the hive. */
export function MoveDialog() {
  const { hive: say } = words.value;
  const move = proposedMove.value;
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (move && !dialog.current?.open) dialog.current?.showModal();
  }, [move]);
  if (!move) return null;
  return (
    <dialog ref={dialog} class="dialog" id="move-dialog" aria-labelledby="move-question" onCancel={() => answerMove(false)}>
      <p id="move-question">{say.moveHere(nameOf(move.hive), placeName(move.place))}</p>
      <div class="row">
        <button type="button" class="button is-main" id="move-yes" onClick={() => answerMove(true)}>
          {say.moveIt}
        </button>
        <button type="button" class="button" id="move-no" onClick={() => answerMove(false)}>
          {say.leaveIt}
        </button>
      </div>
    </dialog>
  );
}

/** Says what was done, with a way back. It stays until it is closed: nobody must hurry. */
export function DoneNotice() {
  const { hive: say } = words.value;
  const last = done.value;
  const undo = () => {
    if (!last) return;
    last.undo();
    done.value = null;
    const shown = last.what === "added" ? (lastHive()?.place ?? null) : last.hive.place;
    choose({ place: shown });
  };
  return (
    <div class="toast-place" role="status">
      {last && (
        <div class="toast" id="done">
          <p>{say[last.what](nameOf(last.hive))}</p>
          <button type="button" class="quiet" id="undo" onClick={undo}>
            {say.undo}
          </button>
          <button type="button" class="quiet" aria-label={say.dismiss} onClick={() => (done.value = null)}>
            <Icon name="close" />
          </button>
        </div>
      )}
    </div>
  );
}
