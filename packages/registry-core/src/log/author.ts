/**
 * The own desk's road to `accept`: changes become commits of the own log, which then pass the
 * same gate as everybody else's.
 */
import type { ReadCommit } from '../commit/commit.ts'
import type { After, Erase } from '../commit/header.ts'
import { type Crypto, type Hash, hashToText } from '../crypto.ts'
import { equalBytes, utf8 } from '../encoding/bytes.ts'
import { canonicalJson } from '../encoding/json.ts'
import { isMuluError, MuluError } from '../errors.ts'
import { ORDERS_MAX, SALT_BYTES } from '../limits.ts'
import type { Profile } from '../profile/profile.ts'
import { RecordDocument } from '../record/document.ts'
import { checkChange, type PlannedEntry, planChange } from '../record/plan-change.ts'
import type { Author, EncodedChange, Write, Written } from '../registry.ts'
import { finalEnd, openGrant, pinOf } from '../roster/grant.ts'
import type { Roster } from '../roster/roster.ts'
import type { Grant } from '../roster/state.ts'
import { recordKey, type Store } from '../store/store.ts'
import { CommitDraft, type HeaderStart } from './commit-draft.ts'
import type { LogKey, LogPosition } from './log.ts'
import { type LogState, START } from './log-state.ts'
import type { Logs } from './logs.ts'
import type { Acceptance } from './outcome.ts'
import { nextStamp } from './stamp.ts'

/** What writing needs. */
export type AuthorContext = {
  readonly crypto: Crypto
  readonly store: Store
  readonly logs: Logs
  readonly now: () => number
  readonly randomBytes: (length: number) => Uint8Array
  readonly roster: Roster | undefined
  readonly profile: Profile | undefined
  readonly author: Author | undefined
  readonly accept: (commit: ReadCommit) => Promise<Acceptance>
}

/** A context in which everything that writing needs is here. */
type Desk = AuthorContext & {
  readonly roster: Roster
  readonly profile: Profile
  readonly author: Author
  readonly log: LogKey
  readonly write: Write
}

/**
 * Records that are planned together; their states are read in one go. Most records of a catalogue
 * have an entry of each class, so that 170 of them fill a commit and 510 three.
 */
const PORTION = 510

/**
 * Writes changes as commits of the own log. Everything that can be refused without reading a
 * record is refused before the first commit; a later failure names the commits already made.
 */
export async function writeChanges(context: AuthorContext, write: Write): Promise<Written> {
  const desk = openDesk(context, write)
  const rights = grantOf(desk).rights
  const changes = write.changes.map((change) => checkChange(desk.profile, change, rights))
  const tally: Tally = { commits: [], problems: 0 }
  let done = 0
  try {
    for (const portion of portionsOf(changes)) {
      await writePortion(desk, portion, tally)
      done += portion.length
      write.onProgress?.(done, changes.length)
    }
  } catch (cause) {
    if (tally.commits.length === 0 || !isMuluError(cause)) throw cause
    const commits = tally.commits.map(hashToText)
    const details = { ...cause.details, commits, recordsDone: done }
    throw new MuluError(cause.code, { cause, details })
  }
  return { ...tally, records: write.changes.length }
}

type Tally = { readonly commits: Hash[]; problems: number }

function openDesk(context: AuthorContext, write: Write): Desk {
  const { roster, profile, author } = context
  if (roster === undefined || author === undefined) throw new MuluError('MULU_NOT_ADMITTED')
  if (profile === undefined) throw new MuluError('MULU_PROFILE_MISSING')
  const log = { ns: write.ns, aud: write.aud, writer: author.client }
  return { ...context, roster, profile, author, log, write }
}

function grantOf(desk: Desk): Grant {
  const grant = openGrant(desk.roster.state, desk.log)
  if (grant === undefined) {
    throw new MuluError('MULU_GRANT_MISSING', { details: { namespace: desk.log.ns } })
  }
  return grant
}

/** Portions in which no record stands twice: the second change needs to see the first. */
function portionsOf(changes: readonly EncodedChange[]): readonly (readonly EncodedChange[])[] {
  const portions: EncodedChange[][] = []
  let recs = new Set<string>()
  for (const change of changes) {
    const last = portions.at(-1)
    if (last === undefined || last.length >= PORTION || recs.has(change.rec)) {
      portions.push([change])
      recs = new Set([change.rec])
    } else {
      last.push(change)
      recs.add(change.rec)
    }
  }
  return portions
}

/**
 * Plans all of a portion, then writes it commit by commit. What is written of a record that is not
 * here cannot be refused, and is planned when its turn has come.
 */
async function writePortion(
  desk: Desk,
  changes: readonly EncodedChange[],
  tally: Tally,
): Promise<void> {
  const keys = changes.map((change) => recordKey(desk.log, change.rec))
  const stored = await desk.store.records.getMany(keys)
  const plans = changes.map((change, i): (() => Planned) => {
    if (stored[i] === undefined && change.base === undefined) {
      return () => planOn(desk, change, undefined)
    }
    const planned = planOn(desk, change, stored[i])
    return () => planned
  })
  const queue = new CommitQueue(desk, tally)
  try {
    for (const plan of plans) {
      const { entries, clock } = plan()
      if (entries.length > 0) await queue.add(entries, clock)
    }
    await queue.flush()
  } finally {
    await queue.settled()
  }
}

type Planned = { readonly entries: readonly PlannedEntry[]; readonly clock: number }

/** What a change is on the stored form of its record. */
function planOn(desk: Desk, change: EncodedChange, stored: Uint8Array | undefined): Planned {
  const document = RecordDocument.open(stored)
  const clock = document.nextClock(desk.author.client)
  return { entries: planChange(desk.crypto, desk.profile, document, change), clock }
}

/** Own commits in the order of their positions; one is filled while the last is being written. */
class CommitQueue {
  readonly #desk: Desk
  readonly #tally: Tally
  #seq: number
  #draft: CommitDraft
  #writing: Promise<void> = Promise.resolve()

  constructor(desk: Desk, tally: Tally) {
    this.#desk = desk
    this.#tally = tally
    this.#seq = headerStart(desk).seq
    this.#draft = openDraft(desk, this.#seq)
  }

  /** Adds the entries of one record to the present draft, or to a new one when it is full. */
  async add(entries: readonly PlannedEntry[], clock: number): Promise<void> {
    if (this.#draft.tryAdd(entries, clock)) return
    await this.flush()
    this.#draft.tryAdd(entries, clock)
  }

  /** Begins to write the present draft once the last one is written. */
  async flush(): Promise<void> {
    if (this.#draft.size === 0) return
    await this.#writing
    const draft = this.#draft
    this.#seq += 1
    this.#draft = openDraft(this.#desk, this.#seq)
    this.#writing = this.#write(draft)
  }

  /** Resolves once nothing is being written any more, or rejects with why it could not be. */
  settled(): Promise<void> {
    return this.#writing
  }

  #write(draft: CommitDraft): Promise<void> {
    const writing = finishDraft(this.#desk, draft, this.#tally)
    // A failure is met where the writing is waited for, be it a while later.
    writing.catch(() => undefined)
    return writing
  }
}

function openDraft({ write, log, randomBytes }: Desk, seq: number): CommitDraft {
  const { note } = write
  const noteBody = note === undefined ? undefined : utf8(canonicalJson({ ...note }))
  return new CommitDraft({ writer: log.writer, seq }, noteBody, () => randomBytes(SALT_BYTES))
}

async function finishDraft(
  desk: Desk,
  draft: CommitDraft,
  tally: Tally,
  start: HeaderStart = headerStart(desk),
): Promise<void> {
  const commit = draft.sign(desk.crypto, desk.author.signer, start)
  const { outcome, problems } = await desk.accept(commit)
  if (outcome.kind !== 'in force' || outcome.voidBodies.length > 0) {
    throw new Error(`Invariant broken: an own commit is ${JSON.stringify(outcome)}`)
  }
  tally.commits.push(commit.id)
  tally.problems += problems
}

/**
 * Signs and takes in a commit that states something and changes no record. `write` names the log;
 * its changes are not looked at.
 */
export async function writeStatement(
  context: AuthorContext,
  write: Write,
  type: 1 | 2,
  ext: Readonly<Record<string, Uint8Array>>,
): Promise<Hash> {
  const desk = openDesk(context, write)
  grantOf(desk)
  const start = { ...headerStart(desk), type, ext }
  const tally: Tally = { commits: [], problems: 0 }
  await finishDraft(desk, openDraft(desk, start.seq), tally, start)
  return tally.commits[0] ?? new Uint8Array()
}

/** Signs and takes in commits that order the erasure of bodies; `write` names the log. */
export async function writeOrders(
  context: AuthorContext,
  write: Write,
  orders: readonly Erase[],
): Promise<readonly Hash[]> {
  const desk = openDesk(context, write)
  const rights = grantOf(desk).rights
  if (!rights.includes('erase')) {
    const details = { namespace: write.ns, right: 'erase' }
    throw new MuluError('MULU_RIGHT_MISSING', { details })
  }
  const tally: Tally = { commits: [], problems: 0 }
  for (let from = 0; from < orders.length; from += ORDERS_MAX) {
    const start = { ...headerStart(desk), erase: orders.slice(from, from + ORDERS_MAX) }
    await finishDraft(desk, openDraft(desk, start.seq), tally, start)
  }
  return tally.commits
}

/** Whether commits of the own log are here that this node did not make or no longer has in full. */
function isWrittenElsewhere(own: LogState, roster: Roster): boolean {
  if (own.known.seq > own.judged.seq) return true
  if (pinOf(roster.state, own.log) !== undefined) return false
  return own.held > 0 || (own.forkedAt !== undefined && own.forkedAt <= own.judged.seq + 1)
}

/** The header of the next own commit but for its entries; refuses where the log may not go on. */
function headerStart(desk: Desk): HeaderStart {
  const { log, logs, roster, write } = desk
  const own = logs.get(log)
  const isForked = own.forkedAt !== undefined && finalEnd(roster.state, own.log) === undefined
  if (own.ended && !isForked) throw new MuluError('MULU_REVOKED', { details: { log: own.log } })
  if (own.ended || isWrittenElsewhere(own, roster)) {
    const reason =
      'Another installation writes with the key of this one. Stop both and continue with a new key: `mulu restore` a backup, or `mulu key renew` without keys/.'
    throw new MuluError('MULU_FORK', {
      details: { reason, known: own.known.seq, own: own.judged.seq },
    })
  }
  const others = logs.inScope(log).filter((other) => other.log.writer !== log.writer)
  const { stamp, reset } = nextStamp(
    desk.now(),
    own.stamp,
    others.map((other) => other.stamp),
  )
  return {
    v: 1,
    fed: roster.fed,
    ns: log.ns,
    aud: log.aud,
    writer: log.writer,
    seq: own.judged.seq + 1,
    parent: own.judged.id,
    roster: [roster.version, roster.hash],
    after: movedSince(own.seen, others),
    stamp,
    reset,
    actor: write.actor,
    type: 0,
    crit: [],
    erase: [],
    ext: {},
  }
}

/**
 * The heads of the other logs that moved since the own chain last named them, also to another
 * branch: what stands there now can only be superseded by who names it.
 */
function movedSince(
  seen: ReturnType<Logs['get']>['seen'],
  others: readonly ReturnType<Logs['get']>[],
): readonly After[] {
  return others
    .filter(({ log, accepted }) => {
      const named = seen.get(log.writer) ?? START
      return accepted.seq > 0 && !isSamePosition(accepted, named)
    })
    .map((other): After => [other.log.writer, other.accepted.seq, other.accepted.id])
    .sort(([a], [b]) => a - b)
}

function isSamePosition(a: LogPosition, b: LogPosition): boolean {
  return a.seq === b.seq && equalBytes(a.id, b.id)
}
