/** "My hives": whether to open the hive now, and the weather there. */

import { useEffect } from "preact/hooks";
import type { Chore } from "../api/answers";
import { momentText } from "../formatting/time";
import { inReadersUnits } from "../formatting/units";
import { placeText } from "../map/describe";
import { Icon } from "../parts/icons";
import { Loaded } from "../parts/loaded";
import { placeName } from "../places/place-text";
import { placeZone, stretchHere } from "../places/place-time";
import { needTowns } from "../places/towns";
import type { Place } from "../state/address";
import { place } from "../state/choice";
import { now } from "../state/clock";
import { hives } from "../state/hives";
import { placing, stopPlacing } from "../state/placing";
import { asOf, chores, conditions, forecast, isAnswered } from "../state/present";
import { formatting } from "../state/settings";
import { MAIN_CHORE } from "../state/signs";
import { words } from "../words/words";
import { HiveActions, nameOf } from "./hive-actions";
import { HiveTabs } from "./hive-tabs";
import { PlaceSearch } from "./place-search";
import { firstSentence } from "./short-reason";
import { HourStrip } from "./strip";
import { isOld } from "./system-now";
import { ToldChips } from "./told-chips";
import { levelOf } from "./verdict";
import { Attribution, Weather } from "./weather";
import { currentWindow, nextWindow } from "./windows";

export function HivePanel() {
  const { hive: say } = words.value;
  const spot = place.value;
  const purpose = placing.value;
  useEffect(() => {
    if (spot && isAnswered.value) void needTowns();
  }, [spot, isAnswered.value]);
  return (
    <section class="card hive" aria-labelledby="hive-title" id="hive">
      {spot || hives.value.length > 0 ? (
        <>
          <h2 class="unseen" id="hive-title">
            {say.title}
          </h2>
          <HiveTabs />
        </>
      ) : (
        <div class="welcome">
          <h2 id="hive-title">{say.ask}</h2>
          <p>{say.intro}</p>
        </div>
      )}
      {purpose?.kind === "move" && <p>{say.where(nameOf(purpose.hive))}</p>}
      {(!spot || purpose) && <PlaceSearch isMain={!purpose} key={purpose?.kind} />}
      {purpose && (
        <button type="button" class="quiet" id="hive-stop" onClick={stopPlacing}>
          {say.cancel}
        </button>
      )}
      {spot && <Answer spot={spot} />}
    </section>
  );
}

function Answer({ spot }: { spot: Place }) {
  const { hive: say, compass } = words.value;
  return (
    <div class={`answer${isOld.value ? " is-old" : ""}`}>
      <p class="answer-place">
        <span id="hive-place" title={placeText(spot, formatting.value, compass, 4)}>
          {placeName(spot)}
        </span>
        {isOld.value && asOf.value && (
          <time class="as-of" dateTime={asOf.value}>
            {say.asOf(momentText(Date.parse(asOf.value), now.value, formatting.value.locale))}
          </time>
        )}
      </p>
      <Loaded of={chores} waiting={<Verdict chore={null} />}>
        {({ chores }) => <Verdict chore={chores.find(({ chore }) => chore === MAIN_CHORE) ?? null} />}
      </Loaded>
      <HourStrip />
      <ToldChips spot={spot} />
      <h3 class="unseen">{say.conditions}</h3>
      <div class="answer-weather">
        <Loaded of={conditions}>{(answer) => <Weather conditions={answer.conditions} />}</Loaded>
        <Attribution of={forecast.value.data?.origin ?? conditions.value.data?.forecast?.origin} />
      </div>
      <HiveActions key={`${spot.lat} ${spot.lon}`} spot={spot} />
    </div>
  );
}

/** Until when the hive can be opened, or when next. */
function When({ chore }: { chore: Chore }) {
  const { hive: say } = words.value;
  const isOpen = chore.verdict === "go" || chore.verdict === "caution";
  const current = isOpen ? currentWindow(chore.windows, now.value) : null;
  const next = nextWindow(chore.windows, now.value);
  const time = (moment: number) => momentText(moment, now.value, formatting.value.locale, placeZone.value);
  if (current) return <p class="verdict-when">{say.upTo(time(current.to))}</p>;
  if (isOpen || chores.value.data?.forecast.state !== "known") return null;
  return (
    <p class="verdict-when" id="next">
      {next ? say.next(stretchHere(next), next.verdict === "caution") : say.notSoon}
    </p>
  );
}

/** The answer in one sign and one sentence; `null` while it is not known. */
function Verdict({ chore }: { chore: Chore | null }) {
  const { hive: say, chores: names } = words.value;
  const level = chore ? levelOf(chore.verdict) : "unknown";
  return (
    <div class={`verdict-now is-${level}`} id="answer" {...(chore && { "data-verdict": chore.verdict })}>
      <span class="sign">
        <Icon name={level} />
      </span>
      <div>
        <p class="verdict-say">{chore ? say.say[level] : say.checking}</p>
        <p class="verdict-reason" lang={words.value.service}>
          {chore && inReadersUnits(firstSentence(chore.reason), formatting.value)}
        </p>
        {chore && <When chore={chore} />}
      </div>
      <span class="unseen">{chore && names.verdict[level]}</span>
    </div>
  );
}
