/**
 * Normalised discounted cumulative gain: how near the first results of a ranking come to the best
 * order that its judgements allow. Gain 2^grade - 1, discount log2(rank + 1); 1 is the best order,
 * 0 has nothing that was judged relevant.
 */
export function ndcg(
  ranking: readonly string[],
  grades: ReadonlyMap<string, number>,
  depth = 10,
): number {
  const ideal = [...grades.values()].sort((a, b) => b - a).slice(0, depth)
  const best = gainOf(ideal)
  const ranked = [...new Set(ranking)].slice(0, depth).map((id) => grades.get(id) ?? 0)
  return best === 0 ? 0 : gainOf(ranked) / best
}

function gainOf(grades: readonly number[]): number {
  return grades.reduce((sum, grade, at) => sum + (2 ** grade - 1) / Math.log2(at + 2), 0)
}
