// Median and spread: the two figures that hold on a machine that is not ours alone.

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** `share` from 0 to 1; of values that are many. */
export function percentile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

/** `98 (91 to 112)`: the median of some rounds, the least and the most. */
export function withSpread(values, digits = 0) {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const show = (value) => value.toFixed(digits);
  return `${show(median(values))} (${show(least)} to ${show(most)})`;
}

/** Bursts of one round are compared with each other: a machine that slows down slows both. */
export function toRatio(bursts, base) {
  return median(
    bursts.map(({ cpuMicroseconds }, round) => cpuMicroseconds / base[round].cpuMicroseconds),
  );
}

export function toTable(header, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}
