/**
 * Checks evidence by doing with it what every node does: rosters and commits pass into an empty
 * replica, which comes to its own verdicts. Bodies of other records are missing on purpose, and
 * those that the maker of the file held no longer, as superseded: what is shown is checked whole.
 */
import type { FieldProvenance, HistoryItem } from '../catalogue/catalogue.ts'
import { entrySection, type ReadCommit, readCommit } from '../commit/commit.ts'
import type { Header } from '../commit/header.ts'
import { type Crypto, type Hash, hashToText } from '../crypto.ts'
import { equalBytes } from '../encoding/bytes.ts'
import { isProven } from '../erasure/proof.ts'
import { MuluError } from '../errors.ts'
import type { LogHead } from '../log/log.ts'
import { type RecordId, recOf } from '../record/record-id.ts'
import type { View } from '../record/view.ts'
import type { Registry } from '../registry.ts'
import type { Roster } from '../roster/roster.ts'
import { checkProof, type Proven } from '../snapshot/proof.ts'
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
  /** Superseded values that whoever made the file no longer held; what stands is all there. */
  readonly notHeld: number
  /** What the proof of a snapshot shows, where the file has one. */
  readonly snapshot: ShownSnapshot | undefined
}

/** A proven snapshot, and which state of the record it had. */
export type ShownSnapshot = Proven & {
  /** The commit of the file that brought the record to the leaf of the snapshot. */
  readonly asAfter: { readonly writer: number; readonly seq: number } | undefined
  /** Whether that is the state which the whole file shows. */
  readonly isPresent: boolean
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
  await addOrders(scratch, evidence.orders ?? [])
  const { proof, record } = evidence
  const proven = proof && checkProof(crypto, scratch.rosters, record, proof)
  let asAfter: ShownSnapshot['asAfter']
  let wasThen = false
  const unproven = new Map<string, Where>()
  for (const [index, commit] of evidence.commits.entries()) {
    const read = readCommit(crypto, commit)
    const { writer, seq } = await addCommit(scratch, evidence, read)
    if (lacksUnproven(crypto, scratch, evidence, read)) {
      unproven.set(`${writer}.${seq}`, whereOf(read))
    }
    const isThen = proven !== undefined && (await hasLeaf(scratch, record, proven.leaf))
    if (isThen && !wasThen) asAfter = { writer, seq }
    wasThen = isThen
    onProgress(index + 1, evidence.commits.length)
  }
  const { roster, catalogue } = scratch
  const history = await catalogue.history(record)
  const { earlier, counting } = await catalogue.notHeld(record)
  for (const { client, seq } of counting) {
    const where = unproven.get(`${client}.${seq}`)
    if (where !== undefined) throw refusal({ ...where, code: 'MULU_BODY_MISSING' })
  }
  const isNothing = history.length === 0 && proven === undefined
  if (roster === undefined || isNothing) throw refusal({ reason: 'nothing is shown' })
  const isPresent = await hasLeaf(scratch, record, proven?.leaf)
  return {
    roster,
    view: await catalogue.record(record),
    fields: await catalogue.provenance(record),
    history,
    heads: scratch.heads(),
    commits: evidence.commits.length,
    notHeld: earlier,
    snapshot: proven && { ...proven, asAfter, isPresent },
  }
}

async function hasLeaf(
  scratch: Registry,
  record: RecordId,
  leaf: Hash | undefined,
): Promise<boolean> {
  const now = await scratch.leafOf(record)
  return leaf !== undefined && now !== undefined && equalBytes(now, leaf)
}

async function addRosters(scratch: Registry, evidence: Evidence): Promise<void> {
  for (const bytes of evidence.rosters) await scratch.addRoster(bytes)
  for (const bytes of evidence.profiles) await scratch.addProfile(bytes)
  if (scratch.profile === undefined) throw new MuluError('MULU_PROFILE_MISSING')
}

/** An order that does not count may stand there: as another one of its number does. */
async function addOrders(scratch: Registry, orders: readonly Uint8Array[]): Promise<void> {
  for (const [index, { outcome }] of (await scratch.takeOrders(orders)).entries()) {
    if (outcome.kind === 'refused') throw refusal({ order: index + 1, code: outcome.code })
  }
}

type Where = { readonly commit: string; readonly writer: number; readonly seq: number }

function whereOf({ id, read }: ReadCommit): Where {
  return { commit: hashToText(id), writer: read.writer, seq: read.seq }
}

async function addCommit(
  scratch: Registry,
  { record }: Evidence,
  commit: ReadCommit,
): Promise<Header> {
  const { read } = commit
  const where = whereOf(commit)
  if (read.ns !== record.ns || read.aud !== 1) throw refusal({ ...where, reason: 'log' })
  const [acceptance] = await scratch.accept([commit], { leftOut: true })
  const outcome = acceptance?.outcome
  if (outcome?.kind === 'in force' || outcome?.kind === 'void') return read
  const reason = outcome?.kind === 'waits' ? { missing: outcome.missing } : { code: outcome?.code }
  throw refusal({ ...where, ...reason })
}

/** Whether a body about the record is missing that no order which came with it names. */
function lacksUnproven(
  crypto: Crypto,
  { rosters }: Registry,
  { record }: Evidence,
  commit: ReadCommit,
): boolean {
  const missing = commit.read.entries.flatMap(({ rec }, index) =>
    rec === recOf(record) && entrySection(commit, index) === undefined ? [index] : [],
  )
  return !isProven(crypto, rosters, commit, missing)
}

function refusal(details: Readonly<Record<string, unknown>>): MuluError {
  return new MuluError('MULU_EVIDENCE', { details })
}
