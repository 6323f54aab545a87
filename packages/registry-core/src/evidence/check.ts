/**
 * Checks evidence by doing with it what every node does: rosters and commits pass into an empty
 * replica, which comes to its own verdicts. The replica has to be opened with `partial`, since
 * bodies of other records are missing on purpose.
 */
import type { FieldProvenance, HistoryItem } from '../catalogue/catalogue.ts'
import { type Commit, entrySection, readCommit } from '../commit/commit.ts'
import { type Crypto, hashToText } from '../crypto.ts'
import { isProven } from '../erasure/proof.ts'
import { MuluError } from '../errors.ts'
import type { LogHead } from '../log/log.ts'
import { recOf } from '../record/record-id.ts'
import type { View } from '../record/view.ts'
import type { Registry } from '../registry.ts'
import type { Roster } from '../roster/roster.ts'
import type { Evidence } from './evidence.ts'

/** What evidence shows, all of it recomputed from signatures. */
export type Checked = {
  readonly roster: Roster
  /** Undefined when nothing of the record counts. */
  readonly view: View | undefined
  readonly fields: readonly FieldProvenance[]
  readonly history: readonly HistoryItem[]
  /** How far each log goes in the file. */
  readonly heads: readonly LogHead[]
  readonly commits: number
}

type Progress = (done: number, total: number) => void

/**
 * Checks all of it. Throws MULU_EVIDENCE naming the commit that does not hold and the code of why,
 * or a code of the roster chain.
 */
export async function checkEvidence(
  crypto: Crypto,
  scratch: Registry,
  evidence: Evidence,
  onProgress: Progress = () => undefined,
): Promise<Checked> {
  await addRosters(scratch, evidence)
  for (const [index, commit] of evidence.commits.entries()) {
    await addCommit(crypto, scratch, evidence, commit)
    onProgress(index + 1, evidence.commits.length)
  }
  const { roster, catalogue } = scratch
  const history = await catalogue.history(evidence.record)
  if (roster === undefined || history.length === 0) throw refusal({ reason: 'nothing is shown' })
  return {
    roster,
    view: await catalogue.record(evidence.record),
    fields: await catalogue.provenance(evidence.record),
    history,
    heads: scratch.heads(),
    commits: evidence.commits.length,
  }
}

async function addRosters(scratch: Registry, evidence: Evidence): Promise<void> {
  for (const bytes of evidence.rosters) await scratch.addRoster(bytes)
  for (const bytes of evidence.profiles) await scratch.addProfile(bytes)
  if (scratch.profile === undefined) throw new MuluError('MULU_PROFILE_MISSING')
}

async function addCommit(
  crypto: Crypto,
  scratch: Registry,
  { record }: Evidence,
  commit: Commit,
): Promise<void> {
  const read = readCommit(crypto, commit)
  const where = { commit: hashToText(read.id), writer: read.read.writer, seq: read.read.seq }
  if (read.read.ns !== record.ns || read.read.aud !== 1) throw refusal({ ...where, reason: 'log' })
  const isMissing = read.read.entries.map(
    ({ rec }, index) => rec === recOf(record) && entrySection(read, index) === undefined,
  )
  const missing = [...isMissing.keys()].filter((index) => isMissing[index])
  if (!isProven(crypto, scratch.rosters, read, missing))
    throw refusal({ ...where, code: 'MULU_BODY_MISSING' })
  const [acceptance] = await scratch.accept([commit])
  const outcome = acceptance?.outcome
  if (outcome?.kind === 'in force' || outcome?.kind === 'void') return
  const reason = outcome?.kind === 'waits' ? { missing: outcome.missing } : { code: outcome?.code }
  throw refusal({ ...where, ...reason })
}

function refusal(details: Readonly<Record<string, unknown>>): MuluError {
  return new MuluError('MULU_EVIDENCE', { details })
}
