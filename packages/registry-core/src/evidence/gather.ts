/**
 * Gathers the evidence for one record: its commits on the branches that stand, and what they rest
 * on. Logs are followed from their start, since only that shows that nothing was left out between.
 */
import {
  bodyHash,
  type Commit,
  decodeCommit,
  type ReadCommit,
  readCommit,
  type StoredBody,
} from '../commit/commit.ts'
import { readHeader } from '../commit/header.ts'
import type { Crypto, Hash } from '../crypto.ts'
import { equalBytes, toHex } from '../encoding/bytes.ts'
import { isMuluError, MuluError } from '../errors.ts'
import { EVIDENCE_BYTES_MAX } from '../limits.ts'
import type { LogKey } from '../log/log.ts'
import { type RecordId, recOf, recordIdText } from '../record/record-id.ts'
import type { Registry } from '../registry.ts'
import type { SnapshotProof } from '../snapshot/proof.ts'
import { snapshotOf } from '../snapshot/statement.ts'
import type { Evidence } from './evidence.ts'

const PAGE_BYTES = 1_048_576

/**
 * Gathers it, with the proof of one snapshot: that given, else the newest that can be proven here.
 * MULU_RECORD_NOT_FOUND when neither record nor proof is here, MULU_EVIDENCE_SIZE, MULU_SNAPSHOT
 * codes for a given snapshot.
 */
export async function gatherEvidence(
  crypto: Crypto,
  registry: Registry,
  record: RecordId,
  snapshot?: Hash,
): Promise<Evidence> {
  const history = await registry.catalogue.history(record)
  const proof =
    snapshot === undefined
      ? await newestProof(registry, record)
      : await registry.prove(snapshot, record)
  if (history.length === 0 && proof === undefined) {
    const id = recordIdText(record.ns, recOf(record))
    throw new MuluError('MULU_RECORD_NOT_FOUND', { details: { id } })
  }
  const walk = new Walk(crypto, registry, record)
  // What the snapshot covers comes first, so that the check meets the record as it was then.
  const heads =
    proof === undefined ? [] : (snapshotOf(readHeader(proof.snapshot.header))?.heads ?? [])
  for (const { source } of history) {
    const covered = heads.find(([ns, writer]) => ns === record.ns && writer === source.client)
    await walk.reach(source.client, Math.min(source.seq, covered?.[2] ?? 0))
  }
  for (const { source } of history) await walk.reach(source.client, source.seq)
  const orders = ordersFor(registry, [...walk.writers, ...signersOf(proof)])
  return {
    record,
    rosters: registry.rosters.map((roster) => roster.bytes),
    ...(orders.length === 0 ? {} : { orders }),
    profiles: await profilesOf(registry),
    commits: walk.commits,
    ...(proof === undefined ? {} : { proof }),
  }
}

function signersOf(proof: SnapshotProof | undefined): readonly number[] {
  if (proof === undefined) return []
  const commits = [proof.snapshot, ...proof.receipts.map(({ commit }) => commit)]
  return commits.map(({ header }) => readHeader(header).writer)
}

/** The orders that admit or close one of the writers, with the others of their numbers. */
function ordersFor(registry: Registry, writers: readonly number[]): readonly Uint8Array[] {
  const meant = new Set(writers)
  return [...registry.sharedOrders().byNumber]
    .filter(
      ([number, orders]) =>
        meant.has(number) ||
        orders.some(({ act }) => act.type === 'close' && meant.has(act.client)),
    )
    .flatMap(([, orders]) => orders.map(({ bytes }) => bytes))
}

async function newestProof(
  registry: Registry,
  record: RecordId,
): Promise<SnapshotProof | undefined> {
  for (const { id } of registry.snapshots().filter((each) => each.isRootSettled)) {
    try {
      return await registry.prove(id, record)
    } catch (error) {
      const isOther = isMuluError(error) && error.code.startsWith('MULU_SNAPSHOT_')
      if (!isOther) throw error
    }
  }
  return undefined
}

async function profilesOf(registry: Registry): Promise<readonly Uint8Array[]> {
  const hashes = new Map(
    registry.rosters.map(({ state }) => [toHex(state.profile.hash), state.profile.hash]),
  )
  const found = await Promise.all([...hashes.values()].map((each) => registry.profileBytes(each)))
  return found.filter((bytes) => bytes !== undefined)
}

/** Follows logs as far as something names them; what a commit names comes before it. */
class Walk {
  readonly commits: Commit[] = []
  readonly #crypto: Crypto
  readonly #registry: Registry
  readonly #record: RecordId
  readonly #logs = new Map<
    number,
    { reached: number; readonly chain: AsyncGenerator<ReadCommit> }
  >()
  #bytes = 0

  constructor(crypto: Crypto, registry: Registry, record: RecordId) {
    this.#crypto = crypto
    this.#registry = registry
    this.#record = record
  }

  /** The writers of the logs that were followed. */
  get writers(): readonly number[] {
    return [...this.#logs.keys()]
  }

  /** Adds a log up to a position, or to its end where that is lower. */
  async reach(writer: number, seq: number): Promise<void> {
    const log = this.#logs.get(writer) ?? { reached: 0, chain: this.#chain(writer) }
    this.#logs.set(writer, log)
    while (log.reached < seq) {
      const next = await log.chain.next()
      if (next.done === true) return
      for (const [other, at] of next.value.read.after) await this.reach(other, at)
      this.#add(next.value)
      log.reached = next.value.read.seq
    }
  }

  #add(commit: ReadCommit): void {
    const reduced = reduceCommit(this.#crypto, commit, recOf(this.#record))
    this.#bytes += reduced.header.length + reduced.bodies.reduce((n, b) => n + lengthOf(b), 0)
    if (this.#bytes > EVIDENCE_BYTES_MAX) {
      const details = { bytes: this.#bytes, limit: EVIDENCE_BYTES_MAX }
      throw new MuluError('MULU_EVIDENCE_SIZE', { details })
    }
    this.commits.push(reduced)
  }

  /** The commits of a log that are in force or void, from the first one on. */
  async *#chain(writer: number): AsyncGenerator<ReadCommit> {
    const log: LogKey = { ns: this.#record.ns, aud: 1, writer }
    const accepted = this.#registry
      .heads()
      .find((head) => head.log.writer === writer && head.log.ns === log.ns && head.log.aud === 1)
      ?.accepted.seq
    for (let from = 1; from <= (accepted ?? 0); ) {
      const page = await this.#registry.readLog(log, from, PAGE_BYTES)
      if (page.commits.length === 0) return
      for (const bytes of page.commits) {
        const commit = readCommit(this.#crypto, decodeCommit(bytes))
        from = commit.read.seq + 1
        if (commit.read.seq > (accepted ?? 0)) return
        if (await this.#stands(log, commit)) yield commit
      }
    }
  }

  async #stands(log: LogKey, { id, read }: ReadCommit): Promise<boolean> {
    const all = await this.#registry.commitsAt(log, read.seq)
    const kind = all.find((each) => equalBytes(each.id, id))?.outcome.kind
    return kind === 'in force' || kind === 'void'
  }
}

function lengthOf(body: StoredBody): number {
  return body instanceof Uint8Array ? body.length : body.missing.length
}

/**
 * The commit with only the bodies that say something of the record, its note among them, and with
 * the orders that had such bodies erased.
 */
function reduceCommit(crypto: Crypto, commit: ReadCommit, rec: string): Commit {
  const { header, signature, bodies, orders, read } = commit
  const notes = read.note > 0 ? 1 : 0
  const isAbout = (index: number): boolean => read.entries[index - notes]?.rec === rec
  const isTouched = read.entries.some((entry) => entry.rec === rec)
  const keeps = (index: number): boolean => (index < notes ? isTouched : isAbout(index))
  const reduced = bodies.map((body, i) => (keeps(i) ? body : { missing: bodyHash(crypto, body) }))
  const isErased = orders !== undefined && isTouched
  return { header, signature, bodies: reduced, ...(isErased ? { orders } : {}) }
}
