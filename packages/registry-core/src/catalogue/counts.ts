import type { AgencyCounts, Item } from './catalogue.ts'

/** The counts of every agency that has records, by agency number. */
export function countByAgency(items: Iterable<Item>): readonly AgencyCounts[] {
  const counts = new Map<number, AgencyCounts>()
  for (const item of items) {
    const before = counts.get(item.agency) ?? noCounts(item.agency)
    counts.set(item.agency, addItem(before, item))
  }
  return [...counts.values()].sort((a, b) => a.agency - b.agency)
}

/** The counts of an agency without records. */
export function noCounts(agency: number): AgencyCounts {
  return {
    agency,
    records: 0,
    published: 0,
    withdrawn: 0,
    problems: 0,
    conflicts: 0,
    newestMs: 0,
  }
}

function addItem(counts: AgencyCounts, item: Item): AgencyCounts {
  return {
    agency: counts.agency,
    records: counts.records + 1,
    published: counts.published + (item.state === 'published' ? 1 : 0),
    withdrawn: counts.withdrawn + (item.state === 'withdrawn' ? 1 : 0),
    problems: counts.problems + item.problems,
    conflicts: counts.conflicts + item.conflicts,
    newestMs: Math.max(counts.newestMs, item.updatedMs),
  }
}
