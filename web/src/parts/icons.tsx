/** Icons. Each stands beside text with the same meaning, or in a labelled button. */

const SHAPES = {
  go: "M5 12.5l4.5 4.5L19 7.5",
  caution: "M12 4 21 19.5H3zM12 10v4.5M12 17v.2",
  no: "M6.5 6.5l11 11M17.5 6.5l-11 11",
  unknown: "M9 9.2a3 3 0 1 1 4.3 2.7c-.9.5-1.3 1-1.3 2.1M12 17v.2",
  plus: "M12 5v14M5 12h14",
  minus: "M5 12h14",
  world: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M3 12h18M12 3c3 3 3 15 0 18M12 3c-3 3-3 15 0 18",
  hive: "M12 3l8 4.6v8.8L12 21l-8-4.6V7.6z",
  close: "M6 6l12 12M18 6L6 18",
  pin: "M12 21s-7-6.5-7-11.5a7 7 0 0 1 14 0C19 14.500 12 21 12 21M12 7.500a2.200 2.200 0 1 0 0 4.400 2.200 2.200 0 0 0 0-4.400",
  locate: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8M12 2v4M12 18v4M2 12h4M18 12h4",
  retry: "M19 12a7 7 0 1 1-2.200-5.100M17 3v4h-4",
} as const;

export type IconName = keyof typeof SHAPES;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={SHAPES[name]} />
    </svg>
  );
}
