/** The temperatures from which on a hive may be opened, after the sources of these chores. In °C. */
export const THRESHOLDS = { quick_look: 10, full_inspection: 13 } as const;
