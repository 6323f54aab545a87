import {
  draftRoster,
  type Entry,
  encodeBody,
  encodeFrame,
  encodeRoster,
  hashToText,
  logText,
  overOf,
  type RosterChange,
  type Slot,
} from '@mulu/registry-core'
import { expect } from 'chai'
import * as Y from 'yjs'
import { createCrypto } from '../../packages/node/src/crypto.ts'
import { signaturesOf } from '../../packages/node/src/federation/found.ts'
import { eventually } from '../support/mulu.ts'
import type { HostilePeer } from './hostile-peer.ts'
import { HostileLog } from './hostile-writer.ts'
import { type Hostile, Stage } from './stage.ts'
import {
  conductOf,
  hasRecord,
  ineffectiveOf,
  makeRecord,
  refusedOf,
  stateBytes,
  statusOf,
  untilCounted,
  untilRecord,
} from './watching.ts'

const CAST = [
  ...['impostor', 'nobody', 'deleter', 'squatter', 'clone', 'gapper', 'bomber', 'giant'],
  ...['rosterer', 'thief', 'accomplice', 'withholder', 'slow', 'breaker', 'future', 'agency'],
]
const TITLE: readonly Slot[] = [{ path: 'title/en', value: 'x' }]

describe('the adversary table', function () {
  this.timeout(120_000)
  let stage: Stage
  let serial = 0
  let hostileNs: readonly number[]

  before(async () => {
    stage = await Stage.open({
      honest: ['second'],
      hostile: CAST,
      offices: { north: 'agency' },
    })
    hostileNs = CAST.map((name) => stage.member(name).ns)
    await makeRecord(stage.first, 'before all')
  })
  after(() => stage.close())

  /**
   * Runs an attack, and shows that state bytes are the same and that the node still serves. Ids
   * that the attack gives back are of records that honest nodes made meanwhile.
   */
  async function attack(
    name: string,
    act: (peer: HostilePeer, member: Hostile) => Promise<unknown>,
  ): Promise<void> {
    const member = stage.hostile(name)
    const before = await stateBytes(stage.first, hostileNs)
    const peer = await member.start()
    await peer.dial(stage.first.address())
    const given = await act(peer, member)
    const made = Array.isArray(given) ? given.map(String) : []
    expect(await stateBytes(stage.first, hostileNs, made)).to.equal(before)
    await stillServes()
  }

  async function stillServes(): Promise<void> {
    const [first, second] = stage.nodes
    if (first === undefined || second === undefined) throw new Error('two nodes run')
    serial += 1
    await untilRecord(second, await makeRecord(first, `still there ${serial}`))
    await untilRecord(first, await makeRecord(second, `still here ${serial}`))
  }

  const ineffective = (client: number) => () => ineffectiveOf(stage.first, client)
  const refused = (client: number) => () => refusedOf(stage.first, client)
  const idOf = (member: { ns: number }, rec: string): string => `${member.ns}/${rec}`

  it('[AD1] refuses a commit in the name of another member, signed with the own key', async () => {
    await attack('impostor', async (peer, member) => {
      const log = new HostileLog({ ...member, ...stage.member('second') })
      peer.offer(log.key, [log.next(), log.next(), log.next()], { claimedSeq: 50 })
      await untilCounted('impostor', refused(member.client), 'MULU_SIGNATURE')
    })
  })

  it('[AD2] lets no delete set in a body and no `over` of a stranger delete anything', async () => {
    await attack('deleter', async (peer, member) => {
      const { ns, client } = stage.member('first')
      const good = encodeBody({ client: member.client, seq: 1, clock: 0 }, TITLE)
      const deletes = Uint8Array.of(...good, 1, client, 1, 0, 9)
      peer.offer(member.log.key, [member.log.next({ body: deletes, slots: TITLE })])
      await untilCounted('deleter', ineffective(member.client), 'MULU_BODY_VOID')
      const [rec = ''] = await recordsOf(ns)
      const elsewhere = new HostileLog(member, 1, ns)
      const over = overOf([
        { client, clock: 0 },
        { client, clock: 1 },
      ])
      peer.offer(elsewhere.key, [elsewhere.next({ rec, over })])
      await untilCounted('deleter', ineffective(member.client), 'MULU_GRANT_MISSING')
      expect(await hasRecord(stage.first, `${ns}/${rec}`)).to.equal(true)
    })
  })

  it('[AD3] takes clocks of others, gaps and fillers for void bodies, and the log goes on', async () => {
    await attack('squatter', async (peer, member) => {
      const { client, log } = member
      const place = { client, seq: 1, clock: 0 }
      log.next({ slots: TITLE, body: encodeBody({ ...place, client: 1 }, TITLE) })
      log.next({ slots: TITLE, body: encodeBody({ ...place, seq: 2, clock: 7 }, TITLE) })
      log.next({ slots: TITLE, body: Uint8Array.of(1, 1, client, 0, 0, 1) })
      log.next({ rec: 'resource/good' })
      peer.offer(log.key, log.made)
      await untilCounted('squatter', ineffective(client), 'MULU_BODY_VOID', 3)
      await untilRecord(stage.first, idOf(member, 'resource/good'))
    })
  })

  it('[AD4] refuses a writer number that the roster never gave out', async () => {
    await attack('nobody', async (peer, member) => {
      const log = new HostileLog({ ...member, client: 0xffffffff })
      peer.offer(log.key, [log.next()])
      await untilCounted('nobody', refused(member.client), 'MULU_KEY_NOT_BOUND')
    })
  })

  it('[AD5] ends a log whose key runs twice before the fork, and keeps the proof', async () => {
    await attack('clone', async (peer, member) => {
      const { log, client } = member
      const first = log.next({ rec: 'resource/kept' })
      const other = log.sign({ rec: 'resource/other' })
      const second = log.next({ rec: 'resource/lost' })
      peer.offer(log.key, [first, second])
      await untilRecord(stage.first, idOf(member, 'resource/lost'))
      peer.offer(log.key, [first, other])
      await untilCounted('clone', ineffective(client), 'MULU_FORK')
      const conduct = await conductOf(stage.first, client)
      expect(conduct?.forks).to.deep.equal([{ log: logText(log.key), at: 2 }])
      expect(await hasRecord(stage.first, idOf(member, 'resource/kept'))).to.equal(true)
      expect(await hasRecord(stage.first, idOf(member, 'resource/lost'))).to.equal(false)
    })
  })

  it('[AD6] holds a bounded number of commits without their forerunners, and takes all in the end', async () => {
    await attack('gapper', async (peer, member) => {
      const { log, client } = member
      for (let i = 0; i < 1_100; i++) log.next()
      peer.offer(log.key, log.made.slice(1), { from: 2 })
      const conduct = await eventually('gapper waits', async () => {
        const found = await conductOf(stage.first, client)
        return found?.throttled.some(({ why }) => why === 'waiting') ? found : undefined
      })
      expect(conduct.throttled[0]?.sinceMs).to.be.at.most(Date.now())
      const { heads } = await statusOf(stage.first)
      expect(heads.waiting).to.be.within(1_000, 1_024)
      peer.offer(log.key, log.made)
      await untilRecord(stage.first, idOf(member, `resource/h${client}-${log.made.length}`))
      expect((await statusOf(stage.first)).heads.waiting).to.equal(0)
      expect(await recordsOfNs(member.ns)).to.equal(log.made.length)
    })
  })

  it('[AD7] never reads an update of version 2', async () => {
    await attack('bomber', async (peer, member) => {
      const doc = new Y.Doc({ guid: '' })
      doc.clientID = member.client
      doc.getMap('f').set(`title/en@${member.client}.1`, 'x')
      const update = Y.encodeStateAsUpdateV2(doc)
      member.log.next({ slots: TITLE, body: update })
      member.log.next({ slots: TITLE, body: update.subarray(0, 27) })
      peer.offer(member.log.key, member.log.made)
      await untilCounted('bomber', ineffective(member.client), 'MULU_BODY_VOID', 2)
    })
  })

  it('[AD8] refuses what is too large, too deep, of forbidden keys or of another root', async () => {
    await attack('giant', async (peer, member) => {
      const { log, client } = member
      const value = (text: string): readonly Slot[] => [
        { path: 'title/en', value: JSON.parse(text) },
      ]
      const deep = value(`${'['.repeat(20)}${']'.repeat(20)}`)
      const root = encodeBody({ client, seq: 3, clock: 0 }, TITLE)
      root[root.indexOf(0x66)] = 0x67
      log.next({ slots: deep })
      log.next({ slots: value('{"__proto__":1}') })
      log.next({ slots: TITLE, body: root })
      peer.offer(log.key, log.made)
      await untilCounted('giant', ineffective(client), 'MULU_BODY_VOID', 3)
      const entry: Entry = { rec: 'resource/many', cls: 0, len: 1, bytes: 1, over: [] }
      log.next({ header: { entries: Array(257).fill(entry) } })
      peer.offer(log.key, log.made)
      await untilCounted('giant', refused(client), 'MULU_BODY_MISSING').catch(() => undefined)
      const stream = await peer.open(stage.first.address())
      stream.send(Uint8Array.of(0x80, 0x80, 0x80, 0x01, 1, 2, 3))
      await untilCounted('giant', refused(client), 'MULU_SYNC_FRAME')
    })
  })

  it('[AD9] takes no roster that is skipped, signed by too few or twice by one, or a second one', async () => {
    await attack('rosterer', async (peer, member) => {
      const { client, signer } = member
      const before = stage.newest
      const [root] = stage.roots
      if (root === undefined) throw new Error('there are root keys')
      const change: readonly RosterChange[] = [rename('A')]
      const twice = draftRoster(createCrypto(), before, change, 1)
      await offerRoster(peer, 1, [stage.draft(change, [signer, root])])
      await untilCounted('rosterer', refused(client), 'MULU_ROSTER_THRESHOLD', 1)
      await offerRoster(peer, 1, [encodeRoster(twice, signaturesOf(twice, [root, root]))])
      await untilCounted('rosterer', refused(client), 'MULU_ROSTER_THRESHOLD', 2)
      const next = stage.sign([rename('B')])
      const skipped = stage.draft([rename('C')])
      await offerRoster(peer, 2, [skipped])
      await untilLogged('MULU_ROSTER_CHAIN')
      expect(await rosterVersion()).to.equal(before.version)
      await offerRoster(peer, 1, [next.bytes])
      await eventually('the true one', async () =>
        (await rosterVersion()) === next.version ? true : undefined,
      )
      await offerRoster(peer, 0, [stage.draft([rename('D')], stage.roots, before)])
      await untilLogged('MULU_ROSTER_FORK')
      await offerRoster(peer, 0, [before.bytes])
      expect(await rosterVersion()).to.equal(next.version)
      // No later roster is taken until a person has chosen.
      const headers = { 'content-type': 'application/json' }
      const body = JSON.stringify({ hash: hashToText(next.hash) })
      const chosen = await stage.first.ask('/api/v1/roster/choice', {
        method: 'POST',
        headers,
        body,
      })
      expect(chosen.status).to.equal(200)
    })
  })

  it('[AD10] lets nothing in that a closed writer signs later, whatever date it bears', async () => {
    const thief = stage.hostile('thief')
    const kept = thief.log.next({ rec: 'resource/kept' })
    const lost = thief.log.next({ rec: 'resource/lost' })
    const peer = await thief.start()
    peer.offer(thief.log.key, [kept, lost])
    await peer.dial(stage.first.address())
    await untilRecord(stage.first, idOf(thief, 'resource/lost'))
    await attack('accomplice', async (accomplice) => {
      const { client, ns, log } = thief
      const from = stage.newest.state.writers.get(client)?.grants[0]?.from ?? 0
      const ends = [{ ns, aud: 1 as const, seq: 1, id: kept.id }]
      const why = 'stolen'
      const closed = stage.sign([{ type: 'close', client, ns, from, ends, final: true, why }])
      await offerRoster(accomplice, 0, [closed.bytes])
      await eventually('closed', async () =>
        (await hasRecord(stage.first, idOf(thief, 'resource/lost'))) ? undefined : true,
      )
      const stamp = [Date.parse('2020-01-01'), 0] as const
      const dated = log.next({ rec: 'resource/dated', header: { stamp, reset: true } })
      accomplice.offer(log.key, [kept, lost, dated])
      await untilCounted('thief', ineffective(client), 'MULU_REVOKED')
      expect(await conductOf(stage.first, client)).to.include({ revoked: true })
      expect(await hasRecord(stage.first, idOf(thief, 'resource/dated'))).to.equal(false)
      expect(await hasRecord(stage.first, idOf(thief, 'resource/kept'))).to.equal(true)
    })
  })

  it('[AD12] gets from others what one withholds, and waits for nobody who only claims', async () => {
    await attack('withholder', async (peer, member) => {
      const second = stage.member('second')
      peer.offer({ ns: second.ns, aud: 1, writer: second.client }, [], { claimedSeq: 99 })
      const shown = member.log.next({ rec: 'resource/shown' })
      member.log.next({ rec: 'resource/withheld' })
      peer.offer(member.log.key, [shown])
      await untilRecord(stage.first, idOf(member, 'resource/shown'))
      const other = await stage.hostile('agency').start()
      await other.dial(stage.first.address())
      other.offer(member.log.key, member.log.made)
      await untilRecord(stage.first, idOf(member, 'resource/withheld'))
      await other.stop()
    })
  })

  it('[AD14] bounds what a peer that reads and writes slowly or without end can hold', async () => {
    await attack('slow', async (peer, member) => {
      const address = stage.first.address()
      const half = await peer.open(address)
      half.send(Uint8Array.of(200, 1, 2, 3))
      const deaf = await peer.open(address)
      const pull = encodeFrame({ t: 'pull', log: member.log.key, from: 1, max: 1_000_000 })
      for (let i = 0; i < 200; i++) deaf.send(Uint8Array.of(pull.length, ...pull))
      const made = [await makeRecord(stage.first, 'while it holds on')]
      await untilRecord(stage.second, String(made[0]))
      for (const stream of [half, deaf]) stream.abort(new Error('done'))
      const endless = await peer.open(address)
      const block = new Uint8Array(256 * 1_024).fill(0x81)
      for (let i = 0; i < 24 && endless.status === 'open'; i++) {
        endless.send(block)
        await new Promise((resolve) => setImmediate(resolve))
      }
      await eventually('closed', async () => (endless.status === 'open' ? undefined : true))
      await untilCounted('slow', refused(member.client), 'MULU_SYNC_FRAME')
      return made
    })
  })

  it('[AD15] lives through connections that break in the middle of everything', async () => {
    await attack('breaker', async (peer) => {
      for (let i = 0; i < 8; i++) {
        await peer.dial(stage.first.address())
        const stream = await peer.open(stage.first.address())
        stream.send(Uint8Array.of(200, 1, 2))
        if (i % 2 === 0) stream.abort(new Error('broken'))
        for (const connection of peer.libp2p.getConnections()) {
          connection.abort(new Error('broken'))
        }
      }
      const id = await makeRecord(stage.first, 'acknowledged meanwhile')
      expect(await hasRecord(stage.first, id)).to.equal(true)
      return [id]
    })
  })

  it('[AD16] gives nobody without the key a way to write, and bounds what a body may be', async () => {
    const before = await stateBytes(stage.first, [])
    const [item] = await itemsOf()
    const post = (path: string, init: RequestInit): Promise<Response> =>
      fetch(new URL(path, stage.first.url), { method: 'POST', ...init })
    const huge = Buffer.alloc(60_000_000, '[')
    const codes: (string | number)[] = []
    for (const [path, init] of [
      ['/api/v1/records', { body: huge }],
      [`/api/v1/records/${item?.id}`, { method: 'PUT', body: '{}' }],
      [`/api/v1/records/${item?.id}`, { method: 'PATCH', body: '{"remove":["title/en"]}' }],
      ['/api/v1/imports', { body: '{"dataset":[]}' }],
    ] as const) {
      codes.push((await post(path, init).catch(() => ({ status: 'closed' }))).status)
    }
    expect(codes.slice(1)).to.deep.equal([401, 401, 401])
    expect(codes[0]).to.be.oneOf([401, 'closed'])
    const owned = await stage.first
      .ask('/api/v1/records', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: huge,
      })
      .catch(() => undefined)
    if (owned !== undefined) expect(await owned.json()).to.include({ code: 'MULU_LIMIT' })
    const rooms = Array.from({ length: 500 }, async (_, room) => {
      const response = await post(`/live/${room}`, {})
      await response.arrayBuffer()
      return response.status
    })
    for (const status of new Set(await Promise.all(rooms))) expect(status).to.be.oneOf([401, 404])
    expect(await stateBytes(stage.first, [])).to.equal(before)
    await stillServes()
  })

  it('[AD17] takes a stamp of the far future, and keeps its own clock', async () => {
    await attack('future', async (peer, member) => {
      const stamp = [Date.parse('2100-01-01'), 0] as const
      peer.offer(member.log.key, [member.log.next({ rec: 'resource/late', header: { stamp } })])
      await untilRecord(stage.first, idOf(member, 'resource/late'))
      const now = Date.now()
      const id = await makeRecord(stage.second, 'after the future')
      await untilRecord(stage.first, id)
      const own = await stage.first.get<{ updatedMs: number }>(`/api/v1/records/${id}`)
      expect(own.updatedMs).to.be.within(now - 60_000, now + 60_000)
      const shown = `/api/v1/records/${idOf(member, 'resource/late')}`
      expect((await stage.first.get<{ updatedMs: number }>(shown)).updatedMs).to.be.at.most(
        Date.now(),
      )
      return [id]
    })
  })

  it('[AD19] refuses what an office writes outside its rights, alike on every node', async () => {
    await attack('north', async (peer, member) => {
      const sharing: readonly Slot[] = [{ path: 'sharing', value: { type: 'unconditional' } }]
      member.log.next({ rec: 'resource/o', slots: sharing, cls: 1 })
      member.log.next({ rec: 'resource/o', slots: TITLE })
      peer.offer(member.log.key, member.log.made)
      await untilCounted('north', ineffective(member.client), 'MULU_RIGHT_MISSING')
      const id = idOf(member, 'resource/o')
      for (const node of stage.nodes) {
        await untilRecord(node, id)
        const { fields } = await node.get<{ fields: object }>(`/api/v1/records/${id}`)
        expect(fields, node.name).to.deep.equal({ 'title/en': 'x' })
      }
    })
  })

  type ItemOf = { readonly id: string }

  async function itemsOf(): Promise<readonly ItemOf[]> {
    return (await stage.first.get<{ items: readonly ItemOf[] }>('/api/v1/records?state=all')).items
  }

  async function recordsOf(ns: number): Promise<readonly string[]> {
    const ids = (await itemsOf()).map(({ id }) => id)
    return ids.filter((id) => id.startsWith(`${ns}/`)).map((id) => id.slice(id.indexOf('/') + 1))
  }

  async function recordsOfNs(ns: number): Promise<number> {
    const lines = await (await stage.first.ask('/api/v1/export')).text()
    return lines.split('\n').filter((line) => line.includes(`"id":"${ns}/`)).length
  }

  async function rosterVersion(): Promise<number> {
    return (await stage.first.get<{ version: number }>('/api/v1/roster')).version
  }

  function untilLogged(code: string): Promise<true> {
    return eventually(code, async () =>
      stage.first.logged.some((line) => line.includes(code)) ? true : undefined,
    )
  }

  /** A mark that is `ahead` of the newest version here, and what is sent when asked for it. */
  async function offerRoster(
    peer: HostilePeer,
    ahead: number,
    rosters: readonly Uint8Array[],
  ): Promise<void> {
    const version = (await rosterVersion()) + Math.max(ahead, 0)
    const hash = new Uint8Array(33).fill(serial++ % 251)
    hash[0] = 1
    peer.rosters = rosters
    peer.roster = { version, hash }
    peer.announce()
  }

  function rename(name: string): RosterChange {
    const agency = [...stage.newest.state.agencies.values()][0]
    if (agency === undefined) throw new Error('there is an agency')
    const { from: _, ...rest } = agency
    return { type: 'agency', ...rest, names: { en: name, 'zh-Hans': name } }
  }
})
