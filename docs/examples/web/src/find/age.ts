const UNITS_MS = { day: 86_400_000, hour: 3_600_000, minute: 60_000 } as const;

const FORMAT = new Intl.RelativeTimeFormat('en', { numeric: 'always' });

/** How long ago, in the largest unit that fits: `3 days ago`. */
export function toAge(time: string): string {
  const ageMs = Date.now() - Date.parse(time);
  for (const [unit, unitMs] of Object.entries(UNITS_MS)) {
    if (ageMs >= unitMs) {
      return FORMAT.format(-Math.floor(ageMs / unitMs), unit as keyof typeof UNITS_MS);
    }
  }
  return 'just now';
}
