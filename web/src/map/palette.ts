/**
 * Colours for values. One ramp runs from dark indigo over rose to pale honey. Its lightness increases throughout, so readers with
 * any kind of colour blindness can see the order, in print too.
 */

const STEPS = 9;
const BLACK = [0, 0, 0] as const;

/** The colours, from low to high. */
export const RAMP: readonly string[] = Array.from({ length: STEPS }, (_, step) => {
  const share = step / (STEPS - 1);
  const chroma = 0.09 + 0.085 * Math.sin(Math.PI * (0.15 + 0.75 * share));
  return hex(oklch(0.33 + 0.57 * share, chroma, 285 + 170 * share ** 1.05));
});

/** Colours for directions: equal in lightness, and the last one leads back to the first, so north has one colour from both sides. */
export const CYCLE: readonly string[] = Array.from({ length: 8 }, (_, step) => hex(oklch(0.72, 0.115, 20 + 45 * step)));

/** The colour of a direction in degrees, which is that of the nearest of eight directions. */
export function colourOfDirection(degrees: number): string {
  return CYCLE[((Math.round(degrees / 45) % 8) + 8) % 8] ?? "";
}

/** The bounds between the colours, ascending, in the API's unit: one fewer than there are colours. */
export type Scale = readonly number[];

const FIXED: Readonly<Record<string, Scale>> = {
  air_temperature: [-10, -5, 0, 5, 10, 15, 20, 30],
  soil_temperature: [-10, -5, 0, 5, 10, 15, 20, 30],
  apparent_temperature: [-10, -5, 0, 5, 10, 15, 20, 30],
  dew_point: [-10, -5, 0, 5, 10, 15, 20, 25],
  relative_humidity: [20, 30, 40, 50, 60, 70, 80, 90],
};

/** The scale of a phenomenon: fixed for familiar ones, otherwise derived from the current values. */
export function scaleOf(phenomenon: string, values: Iterable<number>): Scale {
  return FIXED[phenomenon] ?? scaleBy(values);
}

/** The index of a value's colour, 0 to 8. */
export function stepOf(value: number, scale: Scale): number {
  const step = scale.findIndex((bound) => value < bound);
  return step === -1 ? scale.length : step;
}

/** The colour of a value. */
export function colourOf(value: number, scale: Scale): string {
  return RAMP[stepOf(value, scale)] ?? "";
}

/** Red, green and blue, 0 to 255. */
export type Rgb = readonly [number, number, number];

const RAMP_RGB = RAMP.map(rgbOf);
const CYCLE_RGB = CYCLE.map(rgbOf);

/** The colour of a value without steps: that of the legend in the middle of each step. Without a scale the value is a direction. */
export function colourAt(value: number, scale: Scale | null): Rgb {
  const position = scale ? positionOf(value, scale) : (((value / 45) % 8) + 8) % 8;
  const colours = scale ? RAMP_RGB : CYCLE_RGB;
  const [low, high] = [Math.floor(position), Math.floor(position) + 1];
  const one = colours[low % colours.length] ?? BLACK;
  const other = colours[scale ? Math.min(high, colours.length - 1) : high % colours.length] ?? BLACK;
  const mix = (index: 0 | 1 | 2) => one[index] + (other[index] - one[index]) * (position - low);
  return [mix(0), mix(1), mix(2)];
}

/** Where a value is between the colours: whole numbers are the middles of steps. */
function positionOf(value: number, scale: Scale): number {
  const middles = scale.slice(1).map((bound, index) => (bound + (scale[index] ?? bound)) / 2);
  const [first = 0, last = 0] = [scale[0], scale.at(-1)];
  // The outer steps have no other end; they are as wide as their neighbours.
  const all = [2 * first - (middles[0] ?? first), ...middles, 2 * last - (middles.at(-1) ?? last)];
  const above = all.findIndex((middle) => value < middle);
  if (above === 0) return 0;
  if (above === -1) return all.length - 1;
  const [from = 0, to = 0] = [all[above - 1], all[above]];
  return above - 1 + (value - from) / (to - from);
}

/** Whether text on a colour must be dark. */
export function needsDarkInk(colour: string): boolean {
  return luminance(colour) > 0.179;
}

/** Relative luminance as defined by WCAG. */
export function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = rgbOf(colour).map((byte) => linear(byte / 255));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function scaleBy(values: Iterable<number>): Scale {
  const sorted = Float64Array.from(values).sort();
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? 0;
  const [low, middle, high] = [at(0.02), at(0.5), at(0.98)];
  // If a few values are many times the others (as with dust), even steps would show a single colour.
  if (low >= 0 && high > 6 * middle && middle > 0) return geometric(middle);
  return even(low, high > low ? high : low + 1);
}

function even(low: number, high: number): Scale {
  const step = roundStep((high - low) / STEPS);
  const first = Math.ceil((low + step / 2) / step) * step;
  return Array.from({ length: STEPS - 1 }, (_, index) => rounded(first + index * step));
}

/** Bounds in the 1, 2, 5, 10 series around the median. */
function geometric(middle: number): Scale {
  const rung = Math.floor(3 * Math.log10(middle)) - 3;
  return Array.from({ length: STEPS - 1 }, (_, index) => {
    const power = Math.floor((rung + index) / 3);
    return rounded(([1, 2, 5][rung + index - power * 3] ?? 1) * 10 ** power);
  });
}

function roundStep(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step));
  return ([1, 2, 5, 10].find((factor) => factor * power >= step * 0.999) ?? 10) * power;
}

function rounded(value: number): number {
  return Number(value.toPrecision(6));
}

/** Converts OKLCH (Ottosson 2020) to linear sRGB. */
function oklch(lightness: number, chroma: number, hue: number): number[] {
  const [a, b] = [chroma * Math.cos((hue * Math.PI) / 180), chroma * Math.sin((hue * Math.PI) / 180)];
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
}

function hex(linearColour: number[]): string {
  const byte = (value: number) => {
    const inGamut = Math.min(1, Math.max(0, value));
    const encoded = inGamut <= 0.0031308 ? 12.92 * inGamut : 1.055 * inGamut ** (1 / 2.4) - 0.055;
    return Math.round(encoded * 255)
      .toString(16)
      .padStart(2, "0");
  };
  return `#${linearColour.map(byte).join("")}`;
}

function rgbOf(colour: string): Rgb {
  const byte = (at: number) => parseInt(colour.slice(at, at + 2), 16);
  return [byte(1), byte(3), byte(5)];
}

function linear(value: number): number {
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}
