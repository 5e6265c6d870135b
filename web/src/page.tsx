/** The page. What a beekeeper needs most comes first, on a phone too. */

import { HistoryPanel } from "./history/history-panel";
import { MapPanel } from "./map/map-panel";
import { BoxPanel } from "./panels/box";
import { Header } from "./panels/header";
import { HivePanel } from "./panels/hive";
import { NumberPanel } from "./panels/number";
import { Announcer, SystemLine } from "./panels/system-line";
import { words } from "./words/words";

export function Page() {
  const { skip, footer } = words.value;
  return (
    <>
      <a class="skip" href="#numbers">
        {skip}
      </a>
      <Header />
      <main id="numbers" tabIndex={-1}>
        <SystemLine />
        <div class="columns">
          <div class="column">
            <NumberPanel />
            <HivePanel />
          </div>
          <div class="column wide">
            <MapPanel />
            <BoxPanel />
            <HistoryPanel />
          </div>
        </div>
      </main>
      <footer class="foot">
        <p>
          {footer.data} {words.value.map.licence}. {footer.noTracking}
        </p>
        <p>
          <a href="/docs">{footer.docs}</a> · <a href="/dashboard/licences.txt">{footer.licences}</a>
        </p>
      </footer>
      <Announcer />
    </>
  );
}
