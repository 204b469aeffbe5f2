// Rounds that are interleaved: what else the machine does in a while meets all that are compared.

/** Measures each subject once in every round. Resolves with the results of each, by its name. */
export async function inRounds({ rounds, subjects, measure, describe, tell }) {
  const results = new Map(subjects.map(({ name }) => [name, []]));
  for (let round = 1; round <= rounds; round += 1) {
    for (const subject of subjects) {
      const one = await measure(subject);
      results.get(subject.name).push(one);
      tell(`round ${round}, ${subject.name}: ${describe(one)}`);
    }
  }
  return results;
}
