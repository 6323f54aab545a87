/** Evidence for one record: making the file, and checking one without any node. */
import {
  type Checked,
  checkEvidence,
  decodeEvidence,
  encodeEvidence,
  gatherEvidence,
  type Hash,
  hashToText,
  type JsonValue,
  logText,
  MuluError,
  ORDERED_WRITERS_FROM,
  parseRecordId,
  type Registry,
  recOf,
  type ShownSnapshot,
  type Source,
} from '@mulu/registry-core'
import { createCrypto } from '../crypto.ts'
import { type Fingerprint, fingerprintOf } from '../federation/fingerprint.ts'
import type { NodeContext } from '../node-context.ts'
import { agencyRef, officeName } from '../status/names.ts'
import { withScratchRegistry } from '../store/scratch-registry.ts'

/**
 * The bytes of a file of evidence for `namespace/kind/local`, with the proof of the snapshot whose
 * id is or begins with `snapshot`, else of the newest one that can be proven here.
 */
export async function makeEvidence(
  { store: { registry } }: NodeContext,
  id: string,
  snapshot?: string,
): Promise<Uint8Array> {
  const crypto = createCrypto()
  const record = parseRecordId(id)
  if (!registry.holding.holds({ ns: record.ns, aud: 1 })) {
    throw new MuluError('MULU_PARTIAL', { details: { id } })
  }
  const wanted = snapshot === undefined ? undefined : findSnapshot(registry, snapshot)
  const evidence = await gatherEvidence(crypto, registry, record, wanted)
  return encodeEvidence(crypto, evidence)
}

/** The one snapshot whose id is, or begins with, a text; MULU_SNAPSHOT_UNKNOWN. */
function findSnapshot(registry: Registry, text: string): Hash {
  const ids = registry.snapshots().map(({ id }) => id)
  const found = ids.filter((id) => {
    const whole = hashToText(id)
    return whole.startsWith(text) || whole.slice(whole.indexOf(':') + 1).startsWith(text)
  })
  const [only] = found
  if (only === undefined || found.length > 1) {
    const details = { snapshot: text, matching: found.length, known: ids.length }
    throw new MuluError('MULU_SNAPSHOT_UNKNOWN', { details })
  }
  return only
}

/** What a file of evidence shows. */
export type EvidenceReport = {
  readonly ok: true
  readonly record: string
  readonly federation: {
    readonly id: string
    readonly name: string
    readonly fingerprint: Fingerprint
  }
  readonly roster: { readonly version: number; readonly hash: string }
  readonly fields: readonly EvidenceField[]
  /** Paths of fields with several values that hold together. */
  readonly conflicts: readonly string[]
  /** Newest first. */
  readonly history: readonly (EvidenceSource & {
    readonly paths: readonly string[]
    readonly outcome: string
    readonly notHeld: number
  })[]
  /** `namespace/audience/writer` and how far that log goes in the file; what came later is not in it. */
  readonly upTo: readonly { readonly log: string; readonly seq: number; readonly id: string }[]
  readonly commits: number
  /** Superseded values that the maker of the file no longer held. */
  readonly notHeld: number
  /** What the proof of a snapshot shows; null for a file without one. */
  readonly snapshot: EvidenceSnapshot | null
}

/** A signed catalogue and whether the record was in it. */
export type EvidenceSnapshot = {
  readonly id: string
  readonly at: string
  readonly root: string
  readonly roster: number
  readonly by: EvidenceSigner
  /** Those who came to the same catalogue themselves, and how many had to. */
  readonly witnessedBy: readonly EvidenceSigner[]
  readonly witnesses: number
  readonly threshold: number
  readonly found: boolean
  /** `same`: as shown; `earlier`: as it was after `asAfter`; `other`: the file does not show it. */
  readonly state: 'same' | 'earlier' | 'other' | null
  readonly asAfter: { readonly writer: number; readonly seq: number } | null
}

type EvidenceSigner = {
  readonly writer: number
  /** Whether an agency admitted it by an order of its own, which the file carries. */
  readonly byOrder: boolean
  readonly node: Readonly<Record<string, string>>
}

type EvidenceField = EvidenceSource & {
  readonly path: string
  readonly value: JsonValue
  readonly removed: boolean
}

type EvidenceSource = EvidenceSigner & {
  readonly at: string
  readonly seq: number
  readonly commit: string
  readonly reason: string | null
}

/** Checks a file with nothing else at hand; throws what a reader of it has to know. */
export async function verifyEvidence(
  bytes: Uint8Array,
  onProgress: (done: number, total: number) => void = () => undefined,
): Promise<EvidenceReport> {
  const crypto = createCrypto()
  const evidence = decodeEvidence(crypto, bytes)
  // Nothing that is checked depends on a clock: a replica needs one only to write.
  const options = { crypto, now: () => 0 }
  const checked = await withScratchRegistry(options, (scratch) =>
    checkEvidence(crypto, scratch, evidence, onProgress),
  )
  return reportOf(`${evidence.record.ns}/${recOf(evidence.record)}`, checked)
}

function reportOf(record: string, checked: Checked): EvidenceReport {
  const { roster, view, fields, history, heads, commits } = checked
  return {
    ok: true,
    record,
    federation: {
      id: hashToText(roster.fed),
      name: roster.state.name,
      fingerprint: fingerprintOf(roster.fed),
    },
    roster: { version: roster.version, hash: hashToText(roster.hash) },
    fields: fields.map(({ path, value, source }) => ({
      path,
      value: value ?? null,
      removed: value === undefined,
      ...showSource(checked, source),
    })),
    conflicts: view?.conflicts.map(({ path }) => path) ?? [],
    history: history.map(({ source, paths, outcome, notHeld }) => ({
      ...showSource(checked, source),
      paths,
      outcome: outcome.kind,
      notHeld,
    })),
    upTo: heads.map(({ log, accepted }) => ({
      log: logText(log),
      seq: accepted.seq,
      id: hashToText(accepted.id),
    })),
    commits,
    notHeld: checked.notHeld,
    snapshot: checked.snapshot === undefined ? null : showSnapshot(checked, checked.snapshot),
  }
}

function showSnapshot(
  checked: Checked,
  { id, atMs, root, rosterVersion, writer, ...shown }: ShownSnapshot,
): EvidenceSnapshot {
  const { agreedRoot, witnesses, threshold, leaf, asAfter, isPresent } = shown
  const earlier = asAfter === undefined ? 'other' : 'earlier'
  return {
    ...{ id: hashToText(id), at: timeText(atMs), root: hashToText(root), roster: rosterVersion },
    by: showSigner(checked, writer),
    witnessedBy: agreedRoot.map((witness) => showSigner(checked, witness)),
    ...{ witnesses: witnesses.length, threshold, found: leaf !== undefined },
    state: leaf === undefined ? null : isPresent ? 'same' : earlier,
    asAfter: asAfter ?? null,
  }
}

function showSigner({ roster }: Checked, client: number): EvidenceSigner {
  const writer = roster.state.writers.get(client)
  const { name } = agencyRef(roster.state, writer?.agency ?? 0)
  const byOrder = client >= ORDERED_WRITERS_FROM
  return { writer: client, byOrder, node: officeName(name, writer?.office ?? '') }
}

function showSource(checked: Checked, source: Source): EvidenceSource {
  const { client, seq, commit, atMs, reason } = source
  return {
    at: timeText(atMs),
    ...showSigner(checked, client),
    seq,
    commit: hashToText(commit),
    reason,
  }
}

const DATE_MS_MAX = 8_640_000_000_000_000

/** A stamp may lie beyond what a date can say. */
function timeText(ms: number): string {
  return ms <= DATE_MS_MAX ? new Date(ms).toISOString() : `${ms} ms`
}
