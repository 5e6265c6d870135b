// Generates the names on the map: towns of Natural Earth (package city-timezones), the largest first.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";

/** Smaller towns are left out to save bytes. */
const LEAST_PEOPLE = 100_000;
/** In degrees. Two towns closer than this are one town with two spellings. */
const SAME = 0.1;

/** Correct spellings, local or English. */
const SPELLED = {
  Århus: "Aarhus",
  Antwerpen: "Antwerp",
  Besancon: "Besançon",
  Bialystok: "Białystok",
  Brasilia: "Brasília",
  Furth: "Fürth",
  Gdansk: "Gdańsk",
  Gent: "Ghent",
  Gottingen: "Göttingen",
  Gyor: "Győr",
  København: "Copenhagen",
  Kosice: "Košice",
  Liege: "Liège",
  Lódz: "Łódź",
  Lubeck: "Lübeck",
  Nimes: "Nîmes",
  Nyiregyhaza: "Nyíregyháza",
  Orleans: "Orléans",
  Pecs: "Pécs",
  Pizen: "Plzeň",
  Poznan: "Poznań",
  Rzeszow: "Rzeszów",
  Saarbrucken: "Saarbrücken",
  "Saint-Etienne": "Saint-Étienne",
  "Sao Paulo": "São Paulo",
  Wroclaw: "Wrocław",
  Wurzburg: "Würzburg",
  Zlin: "Zlín",
};

/** German names that differ. */
const GERMAN = {
  Algiers: "Algier",
  Antwerp: "Antwerpen",
  Athens: "Athen",
  Baghdad: "Bagdad",
  Beijing: "Peking",
  Belgrade: "Belgrad",
  Brugge: "Brügge",
  Brussels: "Brüssel",
  Bucharest: "Bukarest",
  Cairo: "Kairo",
  "Cape Town": "Kapstadt",
  Cologne: "Köln",
  Copenhagen: "Kopenhagen",
  Damascus: "Damaskus",
  Florence: "Florenz",
  Geneva: "Genf",
  Genoa: "Genua",
  Ghent: "Gent",
  Havana: "Havanna",
  Kraków: "Krakau",
  Kyiv: "Kyjiw",
  Liège: "Lüttich",
  Lisbon: "Lissabon",
  "Mexico City": "Mexiko-Stadt",
  Milan: "Mailand",
  Moscow: "Moskau",
  Munich: "München",
  Naples: "Neapel",
  Nice: "Nizza",
  Plzeň: "Pilsen",
  Prague: "Prag",
  Rome: "Rom",
  Seville: "Sevilla",
  Singapore: "Singapur",
  Strasbourg: "Straßburg",
  Tehran: "Teheran",
  "The Hague": "Den Haag",
  Tokyo: "Tokio",
  Trieste: "Triest",
  Tripoli: "Tripolis",
  Venice: "Venedig",
  Vienna: "Wien",
  Warsaw: "Warschau",
  "Ho Chi Minh City": "Ho-Chi-Minh-Stadt",
};

const source = createRequire(import.meta.url).resolve("city-timezones/data/cityMap.json");
const all = JSON.parse(await readFile(source, "utf8")).filter(({ pop }) => pop >= LEAST_PEOPLE);
const towns = [];
for (const { city, lat, lng } of all.sort((one, other) => other.pop - one.pop)) {
  const isKnown = towns.some((town) => Math.abs(town.lat - lat) < SAME && Math.abs(town.lon - lng) < SAME);
  if (!isKnown) towns.push({ name: SPELLED[city] ?? city, lat, lon: lng });
}
const names = towns.map(({ name }) => name);
// The largest town of a name is meant: there is also a Naples in Florida.
const german = Object.entries(GERMAN).map(([name, own]) => [names.indexOf(name), own]);
const missing = Object.keys(GERMAN).filter((name) => !names.includes(name));
if (missing.length > 0) throw new Error(`no town is named ${missing.join(", ")}`);
const hundredths = (degrees) => Math.round(degrees * 100);
const columns = {
  name: names,
  latitude: towns.map(({ lat }) => hundredths(lat)),
  longitude: towns.map(({ lon }) => hundredths(lon)),
  german: Object.fromEntries(german),
};
const folder = new URL("../public/", import.meta.url);
await mkdir(folder, { recursive: true });
await writeFile(new URL("towns.json", folder), JSON.stringify(columns));
