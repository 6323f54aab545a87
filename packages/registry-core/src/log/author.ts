/**
 * The own desk's road to `accept`: changes become commits of the own log, which then pass the
 * same gate as everybody else's.
 */
import type { Commit } from '../commit/commit.ts'
import { commitId } from '../commit/commit.ts'
import type { After } from '../commit/header.ts'
import { type Crypto, type Hash, hashToText } from '../crypto.ts'
import { utf8 } from '../encoding/bytes.ts'
import { canonicalJson } from '../encoding/json.ts'
import { isMuluError, MuluError } from '../errors.ts'
import { SALT_BYTES } from '../limits.ts'
import type { Profile } from '../profile/profile.ts'
import { RecordDocument } from '../record/document.ts'
import { checkChange, planChange } from '../record/plan-change.ts'
import type { Author, Change, Write, Written } from '../registry.ts'
import { openGrant } from '../roster/grant.ts'
import type { Roster } from '../roster/roster.ts'
import type { Grant } from '../roster/state.ts'
import { recordKey, type Store } from '../store/store.ts'
import { CommitDraft, type HeaderStart } from './commit-draft.ts'
import type { LogKey } from './log.ts'
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
  readonly accept: (commit: Commit) => Promise<Acceptance>
}

type Desk = AuthorContext & {
  readonly roster: Roster
  readonly profile: Profile
  readonly author: Author
  readonly log: LogKey
  readonly write: Write
}

/** Records that are planned together; their states are read in one go. */
const PORTION = 256

/**
 * Writes changes as commits of the own log. Everything that can be refused without reading a
 * record is refused before the first commit; a later failure names the commits already made.
 */
export async function writeChanges(context: AuthorContext, write: Write): Promise<Written> {
  const desk = openDesk(context, write)
  const rights = grantOf(desk).rights
  for (const change of write.changes) checkChange(desk.profile, change, rights)
  const commits: Hash[] = []
  let done = 0
  try {
    for (const portion of portionsOf(write.changes)) {
      await writePortion(desk, portion, commits)
      done += portion.length
      write.onProgress?.(done, write.changes.length)
    }
  } catch (cause) {
    if (commits.length === 0 || !isMuluError(cause)) throw cause
    const details = { ...cause.details, commits: commits.map(hashToText), recordsDone: done }
    throw new MuluError(cause.code, { cause, details })
  }
  return { commits, records: write.changes.length }
}

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
function portionsOf(changes: readonly Change[]): readonly (readonly Change[])[] {
  const portions: Change[][] = []
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

async function writePortion(
  desk: Desk,
  changes: readonly Change[],
  commits: Hash[],
): Promise<void> {
  const keys = changes.map((change) => recordKey(desk.log, change.rec))
  const stored = await desk.store.records.getMany(keys)
  const documents = changes.map((_, i) => RecordDocument.open(stored[i]))
  const planned = changes.map((change, i) =>
    planChange(desk.crypto, desk.profile, documents[i] ?? RecordDocument.open(undefined), change),
  )
  let draft = openDraft(desk)
  for (const [i, entries] of planned.entries()) {
    const clock = documents[i]?.nextClock(desk.author.client) ?? 0
    if (entries.length === 0 || draft.tryAdd(entries, clock)) continue
    commits.push(await finishDraft(desk, draft))
    draft = openDraft(desk)
    draft.tryAdd(entries, clock)
  }
  if (draft.size > 0) commits.push(await finishDraft(desk, draft))
}

function openDraft(desk: Desk): CommitDraft {
  const { note } = desk.write
  const noteBody = note === undefined ? undefined : utf8(canonicalJson({ ...note }))
  return new CommitDraft(headerStart(desk), noteBody, () => desk.randomBytes(SALT_BYTES))
}

function headerStart(desk: Desk): HeaderStart {
  const { log, logs, roster, write } = desk
  const own = logs.get(log)
  if (own.ended) throw new MuluError('MULU_REVOKED', { details: { log: own.log } })
  if (own.known.seq > own.judged.seq) {
    throw new MuluError('MULU_FORK', { details: { known: own.known.seq, own: own.judged.seq } })
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

/** The heads of the other logs that moved since the own chain last named them. */
function movedSince(
  seen: ReturnType<Logs['get']>['seen'],
  others: readonly ReturnType<Logs['get']>[],
): readonly After[] {
  return others
    .filter((other) => other.accepted.seq > (seen.get(other.log.writer)?.seq ?? 0))
    .map((other): After => [other.log.writer, other.accepted.seq, other.accepted.id])
    .sort(([a], [b]) => a - b)
}

async function finishDraft(desk: Desk, draft: CommitDraft): Promise<Hash> {
  const commit = draft.sign(desk.crypto, desk.author.signer)
  const { outcome } = await desk.accept(commit)
  if (outcome.kind !== 'in force' || outcome.voidBodies.length > 0) {
    throw new Error(`Invariant broken: an own commit is ${JSON.stringify(outcome)}`)
  }
  return commitId(desk.crypto, commit.header)
}
