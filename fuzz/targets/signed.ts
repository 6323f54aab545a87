/** Signed formats: headers, commits, bodies, rosters, orders, join requests, tickets, profiles. */
import fc from 'fast-check'
import * as Y from 'yjs'
import {
  type BodyPlace,
  encodeBody,
  readBody,
  type Slot,
} from '../../packages/registry-core/src/commit/body.ts'
import {
  decodeCommit,
  encodeCommit,
  readCommit,
} from '../../packages/registry-core/src/commit/commit.ts'
import { decodeHeader, encodeHeader } from '../../packages/registry-core/src/commit/header.ts'
import { DOMAIN, hash, signFor } from '../../packages/registry-core/src/crypto.ts'
import { concat, utf8 } from '../../packages/registry-core/src/encoding/bytes.ts'
import { encodeCbor } from '../../packages/registry-core/src/encoding/cbor.ts'
import { isMuluError, MuluError } from '../../packages/registry-core/src/errors.ts'
import { DCAT_PROFILE } from '../../packages/registry-core/src/profile/dcat.ts'
import { readProfileBytes } from '../../packages/registry-core/src/profile/parse-profile.ts'
import { slotKey } from '../../packages/registry-core/src/record/path.ts'
import {
  createJoinRequest,
  parseJoinRequest,
} from '../../packages/registry-core/src/roster/join-request.ts'
import { readOrder, signOrder } from '../../packages/registry-core/src/roster/order.ts'
import { withinBounds } from '../../packages/registry-core/src/roster/order-store.ts'
import { bindingMessage, verifyRoster } from '../../packages/registry-core/src/roster/roster.ts'
import { encodeTicket, parseTicket } from '../../packages/registry-core/src/roster/ticket.ts'
import { testCrypto, testSigner } from '../../packages/registry-core/testing/crypto.ts'
import { TestFederation } from '../../packages/registry-core/testing/federation.ts'
import { generateHistory } from '../../packages/registry-core/testing/history.ts'
import { bytesOf, coded, textOf, wantEqual, wantSame } from '../promises.ts'
import type { Target } from '../target.ts'

const applicants = [1, 2, 3].map((seed) => ({ seed, agency: `agency ${seed}` }))
const federation = TestFederation.found(applicants)
const writers = [1, 2, 3].map((client) => ({ client, mayClassify: client !== 2 }))
const { commits } = generateHistory(7, 60, federation, writers)

const LATER_HEADER = encodeCbor({
  v: 2,
  fed: federation.newest.fed,
  ns: 1,
  aud: 1,
  writer: 1,
  seq: 1,
  parent: new Uint8Array(),
  roster: [1, federation.newest.hash],
  bodies: federation.newest.hash,
  later: [[1, [2, [3]]], { deeper: [new Uint8Array(4)] }],
})

const header: Target = {
  name: 'header',
  corpus: [...commits.map((commit) => commit.header), LATER_HEADER],
  read: (input) =>
    coded(
      () => refusing(() => decodeHeader(input)),
      (value) => {
        if (value.v === 1) wantSame(encodeHeader(value), input, 'the header')
      },
    ),
}

/** The header is only read inside `readCommit`, which turns whatever it throws into a code. */
function refusing<T>(read: () => T): T {
  try {
    return read()
  } catch (cause) {
    if (isMuluError(cause) || cause instanceof RangeError) throw cause
    throw new MuluError('MULU_COMMIT_SHAPE', { cause })
  }
}

const commit: Target = {
  name: 'commit',
  corpus: commits.map(encodeCommit),
  read: (input) =>
    coded(
      () => readCommit(testCrypto, decodeCommit(input)),
      (value) => wantSame(encodeCommit(value), input, 'the commit'),
    ),
}

const PLACE: BodyPlace = { client: 7, seq: 3, clock: 0 }
const json = fc.jsonValue({ maxDepth: 6 })
const path = fc.constantFrom('title/en', 'sharing', 'x/a.b', 'distributions/a1', '__proto__')

const body: Target = {
  name: 'body',
  corpus: [
    ...[1, 2, 3].map((count) =>
      encodeBody(
        PLACE,
        ['title/en', 'sharing', 'keywords'].slice(0, count).map((each, i) => ({
          path: each,
          value: [`value ${i}`, { type: 'open', list: [1, 2.5, null, true] }, ['水', 'rivers']][i],
        })),
      ),
    ),
    encodeBody(PLACE, [{ path: 'title/en', value: undefined }]),
    ...foreignSections(),
  ],
  shaped: fc.array(fc.tuple(path, json), { minLength: 1, maxLength: 3 }).map((slots) =>
    encodeBody(
      PLACE,
      slots.map(([at, value]) => ({ path: at, value: value as never })),
    ),
  ),
  read: (input) => {
    for (const len of [1, 2, 3]) {
      const slots = readBody(input, PLACE, len, () => true)
      if (slots === undefined) continue
      wantSame(encodeBody(PLACE, slots), input, 'the body')
      applyGated(input, slots)
      return 'taken'
    }
    return 'refused'
  },
}

/** What the gate let through is, to Yjs itself, exactly those slots: nothing more, nothing pending. */
function applyGated(section: Uint8Array, slots: readonly Slot[]): void {
  const doc = new Y.Doc({ guid: '' })
  const fields = doc.getMap('f')
  Y.applyUpdate(doc, concat(section, Uint8Array.of(0)))
  const { pendingStructs, pendingDs } = doc.store
  const shown = [...fields].map(([key, value]) => [key, value] as const)
  const wanted = slots.map(({ path, value }) => [slotKey(path, PLACE.client, PLACE.seq), value])
  const sorted = (pairs: readonly unknown[]): readonly string[] => pairs.map(String).sort()
  wantEqual(sorted(shown.map(([key]) => key)), sorted(wanted.map(([key]) => key)), 'the keys')
  wantEqual(Object.fromEntries(shown), Object.fromEntries(wanted), 'the values')
  const roots = [...doc.share.keys()].join()
  if (pendingStructs !== null || pendingDs !== null || roots !== 'f') {
    throw new Error('a gated body did something else')
  }
}

/** What Yjs itself writes: lists, texts, nested types, deletes, and updates of version 2. */
function foreignSections(): readonly Uint8Array[] {
  const doc = new Y.Doc({ guid: '' })
  doc.clientID = PLACE.client
  const fields = doc.getMap('f')
  fields.set('title/en@7.3', 'one')
  fields.set('title/en@7.3', 'two')
  fields.set('sharing@7.3', new Y.Map())
  fields.delete('title/en@7.3')
  doc.getArray('list').insert(0, [1, new Uint8Array(3)])
  doc.getText('text').insert(0, 'text')
  return [Y.encodeStateAsUpdate(doc), Y.encodeStateAsUpdateV2(doc)]
}

const roster: Target = {
  name: 'roster',
  corpus: federation.rosters.map((each) => each.bytes),
  read: (input) => {
    const fates = [undefined, ...federation.rosters].map((before) =>
      coded(
        () => verifyRoster(testCrypto, before, input),
        (value) => wantSame(value.bytes, input, 'the roster'),
      ),
    )
    return fates.includes('taken') ? 'taken' : 'refused'
  },
}

const order: Target = {
  name: 'order',
  corpus: [testSigner(1), testSigner(2)].flatMap((by, at) => {
    const newcomer = testSigner(4)
    const claim = { key: newcomer.publicKey, peers: ['peer-4'], continues: at, code: 'agency 2' }
    const { fed, version, hash: id } = federation.newest
    const proof = signFor(newcomer, DOMAIN.join, bindingMessage(fed, claim))
    const rights = ['describe', 'classify'] as const
    const grants = [{ ns: 2, auds: [0, 1, [2, 3]] as const, rights }]
    const ends = [{ ns: 2, aud: 1, seq: 7, id }] as const
    return [
      { type: 'admit', office: '北区', ...claim, proof, grants } as const,
      { type: 'close', client: 0x80000000, ends, final: at === 1, why: 'lost' } as const,
    ].map((act) => signOrder(by, { fed, agency: 2, roster: [version, id], no: at + 1, act }))
  }),
  read: (input) =>
    coded(
      () => readOrder(testCrypto, input),
      (value) => {
        wantSame(value.bytes, input, 'the order')
        wantEqual(withinBounds([], [value, value]), [value], 'what is kept of it')
      },
    ),
}

const joinRequest: Target = {
  name: 'join-request',
  corpus: bytesOf(
    ...applicants.map(({ seed, agency }) =>
      createJoinRequest(testSigner(seed), {
        fed: seed === 1 ? new Uint8Array() : federation.newest.fed,
        peers: [`peer-${seed}`],
        agency: { code: agency, names: { en: agency, 'zh-Hans': '机构' }, region: '440000' },
        office: seed === 3 ? '北区' : '',
      }),
    ),
  ),
  read: (input) => coded(() => parseJoinRequest(testCrypto, textOf(input))),
}

const TICKETS = [0, 1, 16].map((count) => ({
  fed: federation.newest.fed,
  name: count === 0 ? '' : '全国政务信息资源目录',
  addresses: Array.from({ length: count }, (_, i) => `/ip4/127.0.0.1/tcp/${i + 1}/p2p/12D3Koo`),
}))

const ticket: Target = {
  name: 'ticket',
  corpus: bytesOf(...TICKETS.map((each) => encodeTicket(testCrypto, each))),
  shaped: fc.uint8Array({ maxLength: 300 }).map((bytes) => {
    const check = hash(testCrypto, bytes).slice(1, 5)
    return utf8(`mulu1.${Buffer.from(concat(bytes, check)).toString('base64url')}`)
  }),
  read: (input) =>
    coded(
      () => parseTicket(testCrypto, textOf(input)),
      (value) => wantEqual(parseTicket(testCrypto, encodeTicket(testCrypto, value)), value, 'it'),
    ),
}

const profile: Target = {
  name: 'profile',
  // A whole profile takes a tenth of a second to compile; mutation hits a small one as well.
  corpus: bytesOf(JSON.stringify(smallProfile())),
  share: 1 / 20,
  read: (input) =>
    coded(
      () => readProfileBytes(input),
      (value) => wantEqual(readProfileBytes(utf8(JSON.stringify(value))), value, 'the profile'),
    ),
}

function smallProfile(): object {
  const [[name, kind] = []] = Object.entries(DCAT_PROFILE.kinds)
  const [[vocabulary, terms] = []] = Object.entries(DCAT_PROFILE.vocabularies)
  return {
    ...DCAT_PROFILE,
    kinds: { [String(name)]: kind },
    vocabularies: { [String(vocabulary)]: { ...terms, terms: terms?.terms.slice(0, 3) } },
  }
}

/** The targets. */
export const SIGNED_TARGETS: readonly Target[] = [
  header,
  commit,
  body,
  roster,
  order,
  joinRequest,
  ticket,
  profile,
]
