/**
 * Generated histories of one namespace: several writers, honest and hostile, that see each other
 * now and then; and a model that says with sets alone, without Yjs, which slots are live.
 */
import { encodeBody, type Slot } from '../src/commit/body.ts'
import { bodiesRoot, type Commit, commitId } from '../src/commit/commit.ts'
import {
  type After,
  type Entry,
  type EntryClass,
  type Erase,
  encodeHeader,
} from '../src/commit/header.ts'
import { overOf } from '../src/commit/over.ts'
import { DOMAIN, type Hash, hash, signFor } from '../src/crypto.ts'
import { concat, toHex, utf8 } from '../src/encoding/bytes.ts'
import { testCrypto, testSigner } from './crypto.ts'
import { TEST_START_MS, type TestFederation } from './federation.ts'

/** A source of repeatable chance: mulberry32. */
export function createChance(seed: number): (below: number) => number {
  let state = seed >>> 0
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) % below
  }
}

/** A writer of a generated history; its key is that of the same number. */
export type HistoryWriter = {
  readonly client: number
  readonly mayClassify: boolean
  /** Whether it may erase; where this is left out it does not try. */
  readonly mayErase?: boolean
}

/** One slot that a commit writes; lost when its body fails the gate. */
export type WrittenSlot = {
  readonly rec: string
  readonly client: number
  readonly seq: number
  readonly clock: number
  readonly path: string
  readonly cls: EntryClass
  readonly isLost: boolean
  readonly entry: number
}

/** What one commit does, as far as the model of sets needs it. */
export type Deed = {
  readonly client: number
  readonly seq: number
  readonly seen: ReadonlyMap<number, number>
  readonly isVoid: boolean
  readonly mayClassify: boolean
  readonly written: readonly WrittenSlot[]
  readonly over: readonly {
    readonly rec: string
    readonly client: number
    readonly clock: number
  }[]
  /** Entries that it orders to be erased, by `client.seq.entry`. */
  readonly erased: readonly string[]
}

/** A generated history: commits as bytes, and what the model knows of them. */
export type History = { readonly commits: readonly Commit[]; readonly deeds: readonly Deed[] }

const RECS = ['resource/r1', 'resource/r2', 'service/s1']
const PATHS: readonly (readonly [string, EntryClass])[] = [
  ['title/en', 0],
  ['title/zh-Hans', 0],
  ['description/en', 0],
  ['landingPage', 0],
  ['sharing', 1],
  ['state', 1],
  ['contact/c1', 2],
]
const DAMAGES = 6

type Chain = { id: Hash; seq: number; ms: number; readonly seen: Map<number, number> }

/** Generates a history of `length` commits. */
export function generateHistory(
  seed: number,
  length: number,
  federation: TestFederation,
  writers: readonly HistoryWriter[],
): History {
  const draw = createChance(seed)
  const chains = new Map<number, Chain>()
  const ids = new Map<string, Hash>()
  const clocks = new Map<string, number>()
  const deeds: Deed[] = []
  const commits: Commit[] = []
  for (let step = 0; step < length; step++) {
    const writer = writers[draw(writers.length)]
    if (writer === undefined) continue
    const chain = chains.get(writer.client) ?? newChain()
    chains.set(writer.client, chain)
    const after = lookAround(draw, writer, chain, chains, ids)
    const seq = chain.seq + 1
    const entries: Entry[] = []
    const bodies: Uint8Array[] = []
    const written: WrittenSlot[] = []
    const over: { rec: string; client: number; clock: number }[] = []
    const isOrder = writer.mayErase !== undefined && ids.size > 0 && draw(4) === 0
    const erase = isOrder ? chooseErased(draw, ids) : []
    for (const rec of isOrder ? [] : RECS.filter(() => draw(2) === 0)) {
      const [path, cls] = PATHS[draw(PATHS.length)] ?? ['title/en', 0 as const]
      const clockKey = `${writer.client}/${rec}`
      const clock = clocks.get(clockKey) ?? 0
      clocks.set(clockKey, clock + 1)
      const value = draw(8) === 0 ? undefined : `v${draw(4)}`
      const slots: readonly Slot[] = [{ path, value }]
      const good = encodeBody({ client: writer.client, seq, clock }, slots)
      const damage = draw(DAMAGES * 3)
      const body = damage < DAMAGES ? damaged(good, damage, draw) : good
      const isWrongClass = draw(12) === 0
      const entryClass: EntryClass = isWrongClass ? (cls === 2 ? 0 : 2) : cls
      const targets = chooseTargets(draw, deeds, rec)
      over.push(...targets.map((target) => ({ rec, ...target })))
      entries.push({ rec, cls: entryClass, len: 1, bytes: body.length, over: overOf(targets) })
      bodies.push(concat(new Uint8Array(16).fill(draw(256)), body))
      const isLost = body !== good || isWrongClass
      written.push({
        rec,
        client: writer.client,
        seq,
        clock,
        path,
        cls: entryClass,
        isLost,
        entry: entries.length - 1,
      })
    }
    const mayNot = !writer.mayClassify && entries.some((entry) => entry.cls === 1)
    const isVoid = mayNot || (erase.length > 0 && writer.mayErase !== true)
    chain.ms += 1 + draw(50)
    const header = encodeHeader({
      v: 1,
      fed: federation.newest.fed,
      ns: 1,
      aud: 1,
      writer: writer.client,
      seq,
      parent: chain.id,
      roster: [federation.newest.version, federation.newest.hash],
      after,
      stamp: [chain.ms, 0],
      reset: false,
      actor: 'x',
      type: 0,
      crit: [],
      note: 0,
      entries,
      erase,
      bodies: bodiesRoot(testCrypto, bodies),
      ext: {},
    })
    const signature = signFor(testSigner(writer.client), DOMAIN.commit, header)
    commits.push({ header, signature, bodies })
    chain.id = commitId(testCrypto, header)
    chain.seq = seq
    ids.set(`${writer.client}.${seq}`, chain.id)
    const { client, mayClassify } = writer
    const erased = erase.map(([of, at, , entry]) => `${of}.${at}.${entry}`)
    const seen = new Map(chain.seen)
    deeds.push({ client, seq, seen, isVoid, mayClassify, written, over, erased })
  }
  return { commits, deeds }
}

function newChain(): Chain {
  return { id: new Uint8Array(), seq: 0, ms: TEST_START_MS, seen: new Map() }
}

/** Sometimes a writer hears of others; what it then names is what it has seen. */
function lookAround(
  draw: (below: number) => number,
  writer: HistoryWriter,
  chain: Chain,
  chains: ReadonlyMap<number, Chain>,
  ids: ReadonlyMap<string, Hash>,
): readonly After[] {
  const after: After[] = []
  for (const [client, other] of [...chains].sort(([a], [b]) => a - b)) {
    if (client === writer.client || draw(3) !== 0) continue
    const from = chain.seen.get(client) ?? 0
    const seq = from + draw(other.seq - from + 1)
    const id = ids.get(`${client}.${seq}`)
    if (seq === from || id === undefined) continue
    chain.seen.set(client, seq)
    after.push([client, seq, id])
  }
  return after
}

/** Some entries of commits of anybody, seen or unseen, and now and then one that is not there. */
function chooseErased(
  draw: (below: number) => number,
  ids: ReadonlyMap<string, Hash>,
): readonly Erase[] {
  const all = [...ids]
  return Array.from({ length: 1 + draw(2) }, (): Erase => {
    const [position = '', id = new Uint8Array()] = all[draw(all.length)] ?? []
    const [client = 0, seq = 0] = position.split('.').map(Number)
    return [client, seq, id, draw(3), 'order 1']
  })
}

/** Slots of the record, seen or unseen, and now and then clocks that nobody has used. */
function chooseTargets(
  draw: (below: number) => number,
  deeds: readonly Deed[],
  rec: string,
): readonly { readonly client: number; readonly clock: number }[] {
  const known = deeds.flatMap((deed) => deed.written).filter((slot) => slot.rec === rec)
  const targets = known.filter(() => draw(3) === 0)
  const stray = draw(6) === 0 ? [{ client: 1 + draw(5), clock: draw(40) }] : []
  return [...targets, ...stray].map(({ client, clock }) => ({ client, clock }))
}

function damaged(body: Uint8Array, kind: number, draw: (below: number) => number): Uint8Array {
  const copy = Uint8Array.from(body)
  switch (kind) {
    case 0:
      return copy.subarray(0, copy.length - 1)
    case 1:
      return concat(copy, Uint8Array.of(0))
    case 2:
      copy[3] = (copy[3] ?? 0) + 1
      return copy
    case 3:
      copy[4] = 0x84
      return copy
    default: {
      const at = draw(copy.length)
      copy[at] = (copy[at] ?? 0) ^ 0x80
      return copy
    }
  }
}

/** By record the keys of all live slots, by sets alone. */
export function liveByModel(deeds: readonly Deed[]): ReadonlyMap<string, ReadonlySet<string>> {
  const written = deeds.flatMap((deed) => deed.written.map((slot) => ({ slot, deed })))
  const dead = new Set<string>()
  for (const deed of deeds.filter((each) => !each.isVoid)) {
    for (const target of deed.over) {
      const hit = written.find(
        ({ slot }) =>
          slot.rec === target.rec && slot.client === target.client && slot.clock === target.clock,
      )
      const past =
        target.client === deed.client ? deed.seq - 1 : (deed.seen.get(target.client) ?? 0)
      const mayHit = hit !== undefined && hit.slot.seq <= past
      if (mayHit && (hit.slot.cls !== 1 || deed.mayClassify)) dead.add(idOf(hit.slot))
    }
  }
  const orders = deeds.filter((each) => !each.isVoid)
  const erased = new Set(orders.flatMap((each) => each.erased))
  // What has legal effect is erased by who may set it.
  const legal = new Set(orders.filter((each) => each.mayClassify).flatMap((each) => each.erased))
  const live = new Map<string, Set<string>>()
  for (const { slot, deed } of written) {
    if (deed.isVoid || slot.isLost || dead.has(idOf(slot))) continue
    const named = `${slot.client}.${slot.seq}.${slot.entry}`
    if ((slot.cls === 1 ? legal : erased).has(named)) continue
    const keys = live.get(slot.rec) ?? new Set()
    live.set(slot.rec, keys.add(`${slot.path}@${slot.client}.${slot.seq}`))
  }
  return live
}

function idOf(slot: WrittenSlot): string {
  return `${slot.rec} ${slot.client} ${slot.clock}`
}

/** The ETag that a view of these live slots has. */
export function etagOfLive(keys: ReadonlySet<string>): string {
  const text = [...keys].sort().join('\n')
  return toHex(hash(testCrypto, DOMAIN.base, utf8(text)).subarray(1, 17))
}
