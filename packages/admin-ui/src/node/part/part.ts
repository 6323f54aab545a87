/** What an office is to hold, as a person chooses it, and what that would change. */
import type { AgencyRow, HeldCount, HeldPart } from '../../api.ts'
import { requestJson } from '../../request.ts'

/** Everything, or beside the own agency those with these codes and those of these regions. */
export type Part = {
  readonly isAll: boolean
  readonly agencies: readonly string[]
  /** Beginnings of codes. */
  readonly regions: readonly string[]
}

type Amount = { readonly records: number; readonly bytes: number }

/** What a choice changes, or has changed. */
export type PartChange = {
  /** Agencies that are held then. */
  readonly agencies: HeldCount
  readonly comes: Amount
  readonly goes: Amount
  /** Of what goes that of which a node that keeps everything is known to have all. */
  readonly archived: Amount
}

/** The node reads all headers before it answers, and all records of what is held again. */
const PART_MS = 1_800_000

/** What is held now, as a choice. */
export function partOf(held: HeldPart | null): Part {
  if (held === null) return { isAll: true, agencies: [], regions: [] }
  const { agencies, regions } = held.subscribed
  return { isAll: false, agencies: agencies.map(({ code }) => code), regions }
}

/** Whether two choices come to the same. */
export function isSamePart(a: Part, b: Part): boolean {
  if (a.isAll || b.isAll) return a.isAll && b.isAll
  return isSameSet(a.agencies, b.agencies) && isSameSet(a.regions, b.regions)
}

function isSameSet(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((each) => b.includes(each))
}

/** Counts what a choice would change. */
export function countPart(part: Part, key: string): Promise<PartChange> {
  return askFor('/subscription?dryRun=1', part, key)
}

/** Has the node hold what was chosen from now on. */
export function holdPart(part: Part, key: string): Promise<PartChange> {
  return askFor('/subscription', part, key)
}

function askFor(path: string, { isAll, agencies, regions }: Part, key: string) {
  return requestJson<PartChange>(path, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}` },
    body: isAll ? { all: true } : { agencies, regions },
    timeoutMs: PART_MS,
  })
}

/**
 * The beginning that the codes of a region and of all below it share: of the six digits of GB/T 2260
 * those before the zeros that fill up, else the whole code.
 */
export function regionStart(code: string): string {
  return /^\d{6}$/.test(code) && code !== '000000' ? code.replace(/(?:00)+$/, '') : code
}

/** Whether a region is the whole country, whose code those of its regions do not begin with. */
export function isNationwide(start: string): boolean {
  return start === 'CN' || start === '000000'
}

/** The regions of agencies, each once, by their beginnings; and those that are chosen already. */
export function regionsOf(
  agencies: readonly AgencyRow[],
  chosen: readonly string[],
): ReadonlyMap<string, AgencyRow['regionName']> {
  const regions = new Map<string, AgencyRow['regionName']>()
  for (const { region, regionName } of agencies) {
    if (region !== null && region !== '') regions.set(regionStart(region), regionName)
  }
  for (const start of chosen) if (!regions.has(start)) regions.set(start, null)
  return new Map([...regions].sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** Whether an agency is held by its region. */
export function isInRegions(region: string | null, chosen: readonly string[]): boolean {
  return region !== null && chosen.some((start) => region.startsWith(start))
}
