import { expect } from 'chai'
import type { RosterAlarm, Status } from '../src/api.ts'
import { type Diagnosis, diagnosesOf } from '../src/node/diagnostics.ts'

const NOW = 1_800_000_000_000
const HASH = (byte: string): string => `sha256:${byte.repeat(32)}`

function statusWith(...alarms: readonly RosterAlarm[]): Status {
  return {
    software: '0.1.0',
    nowMs: NOW,
    federation: { id: HASH('00'), name: 'F' },
    agency: null,
    node: { name: 'A', role: 'agency', offline: false, admitted: true, fallenOrder: null },
    writer: { client: 1, key: 'ed25519:00', peer: 'p' },
    roster: { version: 4, hash: HASH('00'), agencies: 1, writers: 2, stampMs: NOW, alarms },
    heads: { digest: HASH('bb'), logs: 1, commits: 1, waiting: 0 },
    catalogue: {
      ...{ digest: HASH('cc'), records: 1, published: 1, withdrawn: 0 },
      ...{ problems: 0, conflicts: 0 },
    },
    profile: { id: 'cn-gov', version: '1', hash: HASH('00') },
    asOf: {
      nowMs: NOW,
      nodes: 2,
      heard: 2,
      agree: 2,
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
}

function rosterOf(...alarms: readonly RosterAlarm[]): Diagnosis | undefined {
  const t = ((key: string, values: object = {}) =>
    `${key} ${JSON.stringify(values)}`) as unknown as Parameters<typeof diagnosesOf>[2]
  const all = diagnosesOf(statusWith(...alarms), NOW, t, 'en')
  return all.find(({ id }) => id === 'roster')
}

describe('diagnoses of the roster', () => {
  it('[UI27] tells two rosters of one version first, with the words of both and what to do', () => {
    const fork = { type: 'fork', version: 4, kept: HASH('00'), other: HASH('ff') } as const
    const old = { type: 'old', stampMs: NOW, days: 500 } as const
    const shown = rosterOf(old, fork)
    expect(shown).to.include({ state: 'bad' })
    expect(shown?.text).to.include('abandon abandon').and.include('zoo zoo')
    expect(shown?.fix).to.match(/^check.rosterForkFix/)
    expect(rosterOf(old)).to.include({ state: 'warn' })
    expect(rosterOf(old)?.fix).to.match(/^check.rosterStaleFix/)
    expect(rosterOf({ type: 'behind', version: 4, newest: 6 })).to.include({ state: 'wait' })
    expect(rosterOf()).to.include({ state: 'ok' })
  })
})
