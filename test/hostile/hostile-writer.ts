/** Signs commits as a member that keeps to no rule but those a test wants it to keep. */
import {
  type Audience,
  bodiesRoot,
  type Commit,
  commitId,
  concat,
  DOMAIN,
  type Entry,
  encodeBody,
  encodeCommit,
  encodeHeader,
  type Hash,
  type Header,
  type LogKey,
  type Over,
  type Signer,
  type Slot,
  signFor,
} from '@mulu/registry-core'
import { createCrypto } from '../../packages/node/src/crypto.ts'

const crypto = createCrypto()

/** A member with its key, and the roster it cites. */
export type HostileMember = {
  readonly client: number
  readonly ns: number
  readonly signer: Signer
  readonly fed: Hash
  readonly roster: readonly [version: number, hash: Hash]
}

/** What a commit is to say otherwise than an honest one. */
export type Draft = {
  readonly header?: Partial<Header>
  readonly slots?: readonly Slot[]
  readonly rec?: string
  readonly cls?: Entry['cls']
  readonly over?: Over
  /** The body to send in place of the one made from the slots. */
  readonly body?: Uint8Array
}

const SALT = new Uint8Array(16).fill(5)
const PLAIN: readonly Slot[] = [{ path: 'title/en', value: 'A title' }]

/** A commit with its id and wire form. */
export type Made = { readonly commit: Commit; readonly id: Hash; readonly bytes: Uint8Array }

/** One log of a member; what is made continues it unless told otherwise. */
export class HostileLog {
  readonly key: LogKey
  readonly made: Made[] = []
  readonly #member: HostileMember
  readonly #clocks = new Map<string, number>()
  #stampMs = Date.now()

  constructor(member: HostileMember, aud: Audience = 1, ns: number = member.ns) {
    this.key = { ns, aud, writer: member.client }
    this.#member = member
  }

  /** The next commit of this log; it becomes part of it. */
  next(draft: Draft = {}): Made {
    const made = this.sign(draft)
    this.made.push(made)
    return made
  }

  /** A commit at the next position that is not kept, so that another can stand beside it. */
  sign(draft: Draft = {}): Made {
    const { client, signer, fed, roster } = this.#member
    const seq = draft.header?.seq ?? this.made.length + 1
    const rec = draft.rec ?? `resource/h${client}-${seq}`
    const slots = draft.slots ?? PLAIN
    const clock = this.#clocks.get(rec) ?? 0
    const body = draft.body ?? encodeBody({ client, seq, clock }, slots)
    this.#clocks.set(rec, clock + slots.length)
    this.#stampMs += 1
    const entry: Entry = {
      rec,
      cls: draft.cls ?? 0,
      len: slots.length,
      bytes: body.length,
      over: draft.over ?? [],
    }
    const bodies = [concat(SALT, body)]
    const header = encodeHeader({
      v: 1,
      fed,
      ...this.key,
      seq,
      parent: this.made[seq - 2]?.id ?? new Uint8Array(),
      roster,
      after: [],
      stamp: [this.#stampMs, 0],
      reset: false,
      actor: 'hostile',
      type: 0,
      crit: [],
      note: 0,
      entries: [entry],
      erase: [],
      bodies: bodiesRoot(crypto, bodies),
      ext: {},
      ...draft.header,
    })
    return wire({ header, signature: signFor(signer, DOMAIN.commit, header), bodies })
  }
}

/** A commit with its id and wire form. */
export function wire(commit: Commit): Made {
  return { commit, id: commitId(crypto, commit.header), bytes: encodeCommit(commit) }
}
