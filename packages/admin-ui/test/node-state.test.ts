import { expect } from 'chai'
import type { Peer, Reported, Status } from '../src/api.ts'
import { conditionOf, stateOf } from '../src/parts/node-state.ts'
import { compareStates, STATES } from '../src/parts/state.ts'

const NOW = 1_800_000_000_000

const REPORTED: Reported = {
  digest: 'sha256:aa',
  roster: 4,
  commits: 1,
  waiting: 0,
  records: 1,
  problems: 0,
  conflicts: 0,
  atMs: NOW,
  software: '0.1.0',
}

const PEER: Peer = {
  client: 2,
  name: 'B',
  agency: { id: 1, code: 'B', name: {}, region: null },
  office: null,
  role: 'agency',
  peer: 'p',
  addresses: [],
  connected: true,
  self: false,
  lastHeardMs: NOW,
  reported: REPORTED,
  archive: true,
  holds: null,
  outdated: null,
  agrees: true,
  behind: 0,
  ahead: 0,
  refused: [],
  throttled: [],
  cutOff: null,
}

const STATUS: Status = {
  software: '0.1.0',
  nowMs: NOW,
  federation: { id: 'sha256:00', name: 'F' },
  agency: null,
  node: { name: 'A', role: 'agency', offline: false, admitted: true, fallenOrder: null },
  writer: { client: 1, key: 'ed25519:00', peer: 'p' },
  roster: { alarms: [], version: 4, hash: 'sha256:00', agencies: 1, writers: 2, stampMs: 0 },
  heads: { digest: 'sha256:bb', logs: 1, commits: 1, waiting: 0 },
  catalogue: {
    digest: 'sha256:cc',
    records: 1,
    published: 1,
    withdrawn: 0,
    problems: 0,
    conflicts: 0,
  },
  profile: { id: 'cn-gov', version: '1', hash: 'sha256:00' },
  asOf: {
    nowMs: NOW,
    nodes: 2,
    heard: 2,
    agree: 1,
    silent: [],
    share: { state: 'level', held: null, ownRegion: null, rest: null, regions: [] },
  },
  keeping: { keeps: 'all', lackingRecords: 0, lackedPositions: 0, archives: [] },
  peers: [],
  snapshots: [],
  conduct: [],
  orders: { digest: '', keys: 0, counting: 0, ineffective: [] },
  scrub: { damaged: 0, commits: [], waiting: 0 },
}

describe('how a node stands', () => {
  it('[UI10] is silent after ten minutes without a word', () => {
    const at = (age: number): string => conditionOf({ ...PEER, lastHeardMs: NOW - age }, STATUS)
    expect(at(600_000)).to.equal('agrees')
    expect(at(600_001)).to.equal('silent')
    expect(conditionOf({ ...PEER, lastHeardMs: null }, STATUS)).to.equal('never')
  })

  it('[UI10] needs a person where catalogues differ under the same commits and roster', () => {
    const differing = { ...PEER, agrees: false }
    expect(conditionOf(differing, STATUS)).to.equal('differs')
    expect(stateOf('differs')).to.equal('bad')
  })

  it('[UI10] catches up where commits, roster or what waits differ', () => {
    const with_ = (reported: Partial<Reported>): string =>
      conditionOf({ ...PEER, agrees: false, reported: { ...REPORTED, ...reported } }, STATUS)
    for (const difference of [{ behind: 1 }, { ahead: 1 }]) {
      const peer = { ...PEER, agrees: false, ...difference }
      expect(conditionOf(peer, STATUS)).to.equal('catching-up')
    }
    expect(with_({ roster: 3 })).to.equal('catching-up')
    expect(with_({ waiting: 2 })).to.equal('catching-up')
    expect(conditionOf({ ...PEER, agrees: null }, STATUS)).to.equal('unreported')
  })

  it('[SB18] has nothing to compare where two nodes hold other parts', () => {
    const holds = { agencies: 1, of: 3 }
    const held = {
      ...{ ...holds, names: [], subscribed: { agencies: [], regions: [] } },
      ...{ leaving: 0, lacking: 0, isWitness: false },
    }
    const share = { ...STATUS.asOf.share, state: 'partial', held } as const
    const part = { ...STATUS, asOf: { ...STATUS.asOf, share } }
    expect(conditionOf({ ...PEER, agrees: null, holds }, part)).to.equal('other-part')
    expect(conditionOf({ ...PEER, agrees: null }, part)).to.equal('unreported')
    expect(conditionOf({ ...PEER, agrees: true, holds }, part)).to.equal('agrees')
  })

  it('[UI10] says of this node itself whether it was started offline', () => {
    const self = { ...PEER, self: true, lastHeardMs: null, reported: null, agrees: null }
    expect(conditionOf(self, STATUS)).to.equal('agrees')
    const offline = { ...STATUS, node: { ...STATUS.node, offline: true } }
    expect(conditionOf(self, offline)).to.equal('offline')
  })

  it('[UI10] stands in lists with what needs a person first', () => {
    expect(STATES.toReversed().toSorted(compareStates)).to.deep.equal([...STATES])
    expect(STATES[0]).to.equal('bad')
  })
})
