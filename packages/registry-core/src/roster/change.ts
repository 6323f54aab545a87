/**
 * The signed changes that a roster version makes to the cumulative state (DESIGN-REVIEW M10).
 * State entries are closed, never removed and never re-used; so there is no change that deletes.
 *
 * Each change is a CBOR map with `type` and the keys of its type below.
 */

import { type Audience, readAudience } from '../commit/audience.ts'
import { NOTE_ENTRY } from '../commit/header.ts'
import { HASH_BYTES, type Hash, type PublicKey } from '../crypto.ts'
import {
  readArray,
  readBoolean,
  readBytes,
  readChoice,
  readInteger,
  readShape,
  readText,
  type Shape,
} from '../encoding/shape.ts'
import { ORDER_BYTES_MAX, ORDERS_PER_KEY_MAX } from '../limits.ts'

/** Text in several languages by language tag. */
export type Labels = Readonly<Record<string, string>>

/** What a writer may do in a namespace. */
export type Right = 'describe' | 'classify' | 'erase'

/** A position of one of a writer's logs and the commit that stands there. */
export type LogEnd = {
  readonly ns: number
  readonly aud: Audience
  readonly seq: number
  readonly id: Hash
}

/** One change of the federation's state. */
export type RosterChange =
  | { readonly type: 'federation'; readonly name: string; readonly purpose: string }
  | { readonly type: 'roots'; readonly keys: readonly PublicKey[]; readonly threshold: number }
  | { readonly type: 'witnesses'; readonly writers: readonly number[]; readonly threshold: number }
  | {
      readonly type: 'profile'
      readonly id: string
      readonly version: string
      readonly hash: Hash
    }
  | { readonly type: 'rules'; readonly version: number }
  | {
      readonly type: 'agency'
      readonly id: number
      readonly codes: readonly string[]
      readonly names: Labels
      readonly region: string
      readonly parent: number
      readonly admin: PublicKey | undefined
    }
  | { readonly type: 'namespace'; readonly id: number; readonly agency: number }
  | {
      readonly type: 'retire'
      readonly agency: number
      /** The agency that follows it, 0 for none. */
      readonly successor: number
    }
  | {
      readonly type: 'writer'
      readonly client: number
      readonly key: PublicKey
      readonly agency: number
      readonly office: string
      readonly role: NodeRole
      readonly peers: readonly string[]
      /** The writer of the same installation before it, 0 for none. */
      readonly continues: number
      readonly proof: Uint8Array
    }
  | { readonly type: 'peers'; readonly client: number; readonly peers: readonly string[] }
  | {
      readonly type: 'grant'
      readonly client: number
      readonly ns: number
      readonly auds: readonly Audience[]
      readonly rights: readonly Right[]
    }
  | {
      readonly type: 'close'
      readonly client: number
      readonly ns: number
      readonly from: number
      readonly ends: readonly LogEnd[]
      readonly final: boolean
      readonly why: string
    }
  | {
      readonly type: 'pin'
      readonly client: number
      readonly log: LogEnd
      readonly forkedAt: number
    }
  | { readonly type: 'settled'; readonly commit: Hash; readonly entry: number }
  | {
      /** Ends an administrator key; of its orders only these stand, in wire form. */
      readonly type: 'administrator'
      readonly key: PublicKey
      readonly stand: readonly Uint8Array[]
    }

/** What a node is to its agency. */
export type NodeRole = 'coordinator' | 'agency' | 'office'

const ROLES: readonly NodeRole[] = ['coordinator', 'agency', 'office']
const RIGHTS: readonly Right[] = ['describe', 'classify', 'erase']
const UINT32_MAX = 0xffffffff
const LIST_MAX = 4_096

type Reader = (shape: Shape) => RosterChange
type ReaderRow = readonly [keys: readonly string[], read: Reader]

const READERS: Readonly<Record<RosterChange['type'], ReaderRow>> = {
  federation: [
    ['name', 'purpose'],
    (s) => ({
      type: 'federation',
      name: readText(s['name'], 200, 'name'),
      purpose: readText(s['purpose'], 64, 'purpose'),
    }),
  ],
  roots: [
    ['keys', 'threshold'],
    (s) => ({
      type: 'roots',
      keys: readArray(s['keys'], readKey, 64, 'keys'),
      threshold: readInteger(s['threshold'], 1, 64, 'threshold'),
    }),
  ],
  witnesses: [
    ['writers', 'threshold'],
    (s) => ({
      type: 'witnesses',
      writers: readArray(s['writers'], readClient, 256, 'writers'),
      threshold: readInteger(s['threshold'], 1, 256, 'threshold'),
    }),
  ],
  profile: [
    ['id', 'version', 'hash'],
    (s) => ({
      type: 'profile',
      id: readText(s['id'], 64, 'id'),
      version: readText(s['version'], 64, 'version'),
      hash: readBytes(s['hash'], HASH_BYTES, HASH_BYTES, 'hash'),
    }),
  ],
  rules: [
    ['version'],
    (s) => ({ type: 'rules', version: readInteger(s['version'], 1, UINT32_MAX, 'version') }),
  ],
  agency: [['id', 'codes', 'names', 'region', 'parent', 'admin'], readAgency],
  namespace: [
    ['id', 'agency'],
    (s) => ({ type: 'namespace', id: readClient(s['id']), agency: readClient(s['agency']) }),
  ],
  retire: [
    ['agency', 'successor'],
    (s) => ({
      type: 'retire',
      agency: readClient(s['agency']),
      successor: readInteger(s['successor'], 0, UINT32_MAX, 'successor'),
    }),
  ],
  writer: [
    ['client', 'key', 'agency', 'office', 'role', 'peers', 'continues', 'proof'],
    readWriter,
  ],
  peers: [
    ['client', 'peers'],
    (s) => ({ type: 'peers', client: readClient(s['client']), peers: readPeers(s['peers']) }),
  ],
  grant: [['client', 'ns', 'auds', 'rights'], readGrant],
  close: [['client', 'ns', 'from', 'ends', 'final', 'why'], readClose],
  pin: [
    ['client', 'log', 'forkedAt'],
    (s) => ({
      type: 'pin',
      client: readClient(s['client']),
      log: readEnd(s['log']),
      forkedAt: readInteger(s['forkedAt'], 1, Number.MAX_SAFE_INTEGER, 'forkedAt'),
    }),
  ],
  settled: [
    ['commit', 'entry'],
    (s) => ({
      type: 'settled',
      commit: readBytes(s['commit'], HASH_BYTES, HASH_BYTES, 'commit'),
      entry: readInteger(s['entry'], 0, NOTE_ENTRY, 'entry'),
    }),
  ],
  administrator: [
    ['key', 'stand'],
    (s) => ({
      type: 'administrator',
      key: readKey(s['key']),
      stand: readArray(
        s['stand'],
        (o) => readBytes(o, 1, ORDER_BYTES_MAX, 'order'),
        ORDERS_PER_KEY_MAX,
        'stand',
      ),
    }),
  ],
}

/** Reads one change out of decoded bytes; throws when it is none. */
export function readChange(value: unknown): RosterChange {
  const type = (value as Shape | null)?.['type']
  const row = Object.entries(READERS).find(([name]) => name === type)?.[1]
  if (row === undefined) throw new Error('change of an unknown type')
  return row[1](readShape(value, ['type', ...row[0]], 'change'))
}

function readAgency(s: Shape): RosterChange {
  return {
    type: 'agency',
    id: readClient(s['id']),
    codes: readArray(s['codes'], (code) => readText(code, 64, 'code'), 16, 'codes'),
    names: readLabels(s['names']),
    region: readText(s['region'], 32, 'region'),
    parent: readInteger(s['parent'], 0, UINT32_MAX, 'parent'),
    admin: s['admin'] === undefined ? undefined : readKey(s['admin']),
  }
}

function readWriter(s: Shape): RosterChange {
  return {
    type: 'writer',
    client: readClient(s['client']),
    key: readKey(s['key']),
    agency: readClient(s['agency']),
    office: readText(s['office'], 200, 'office'),
    role: readChoice(s['role'], ROLES, 'role'),
    peers: readPeers(s['peers']),
    continues: readInteger(s['continues'], 0, UINT32_MAX, 'continues'),
    proof: readBytes(s['proof'], 64, 64, 'proof'),
  }
}

function readGrant(s: Shape): RosterChange {
  return {
    type: 'grant',
    client: readClient(s['client']),
    ns: readClient(s['ns']),
    auds: readArray(s['auds'], readAudience, 64, 'auds'),
    rights: readArray(s['rights'], (right) => readChoice(right, RIGHTS, 'right'), 3, 'rights'),
  }
}

function readClose(s: Shape): RosterChange {
  return {
    type: 'close',
    client: readClient(s['client']),
    ns: readClient(s['ns']),
    from: readClient(s['from']),
    ends: readArray(s['ends'], readEnd, LIST_MAX, 'ends'),
    final: readBoolean(s['final'], 'final'),
    why: readText(s['why'], 64, 'why'),
  }
}

/** Reads a position of a log out of decoded bytes; throws when it is none. */
export function readEnd(value: unknown): LogEnd {
  const s = readShape(value, ['ns', 'aud', 'seq', 'id'], 'end')
  return {
    ns: readClient(s['ns']),
    aud: readAudience(s['aud']),
    seq: readInteger(s['seq'], 1, Number.MAX_SAFE_INTEGER, 'seq'),
    id: readBytes(s['id'], HASH_BYTES, HASH_BYTES, 'id'),
  }
}

function readKey(value: unknown): PublicKey {
  return readBytes(value, 33, 65, 'key')
}

function readClient(value: unknown): number {
  return readInteger(value, 1, UINT32_MAX, 'number')
}

function readPeers(value: unknown): readonly string[] {
  return readArray(value, (peer) => readText(peer, 128, 'peer'), 8, 'peers')
}

function readLabels(value: unknown): Labels {
  const shape = value as Shape | null
  if (typeof shape !== 'object' || shape === null) throw new Error('names is not a map')
  for (const [language, text] of Object.entries(shape)) {
    readText(language, 35, 'language')
    readText(text, 200, 'name')
  }
  return shape as Labels
}
