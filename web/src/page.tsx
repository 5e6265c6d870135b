/** The page. The answer comes first, on a phone too. */

import { HistoryPanel } from "./history/history-panel";
import { MapPanel } from "./map/map-panel";
import { BoxPanel } from "./panels/box";
import { ChoresPanel } from "./panels/chores";
import { Footer } from "./panels/footer";
import { Header } from "./panels/header";
import { HivePanel } from "./panels/hive";
import { DoneNotice, MoveDialog } from "./panels/hive-actions";
import { Announcer } from "./panels/system-line";
import { words } from "./words/words";

export function Page() {
  const { skip, skipToMap } = words.value;
  return (
    <>
      <a class="skip" href="#numbers">
        {skip}
      </a>
      <a class="skip" href="#map">
        {skipToMap}
      </a>
      <Header />
      <main id="numbers" tabIndex={-1}>
        <div class="columns">
          <div class="column">
            <HivePanel />
            <ChoresPanel />
          </div>
          <div class="column wide">
            <MapPanel />
            <BoxPanel />
            <HistoryPanel />
          </div>
        </div>
      </main>
      <Footer />
      <MoveDialog />
      <DoneNotice />
      <Announcer />
    </>
  );
}
