import { expect } from 'chai'
import { createInstance } from 'i18next'
import type { Snapshot, Status } from '../src/api.ts'
import { en } from '../src/locales/en.ts'
import { zhCn } from '../src/locales/zh-cn.ts'
import { snapshotNeeds } from '../src/situation/snapshot-needs.ts'

const HONEST: Snapshot = {
  id: 'sha256:00',
  writer: 5,
  atMs: Date.parse('2026-11-24T06:05:00Z'),
  root: 'sha256:01',
  logs: 3,
  witnesses: [1, 2, 3],
  threshold: 2,
  agreed: [1],
  agreedRoot: [1],
  settled: false,
  rootSettled: false,
  names: { 5: { en: 'Mallory', 'zh-Hans': '马洛里' }, 1: { en: 'Hub' } },
  alarm: null,
}

async function told(snapshots: readonly Snapshot[], language: 'en' | 'zh-CN'): Promise<string> {
  const i18n = createInstance()
  const resources = { en: { translation: en }, 'zh-CN': { translation: zhCn } }
  const keys = { keySeparator: false, nsSeparator: false } as const
  await i18n.init({ lng: language, resources, ...keys, interpolation: { escapeValue: false } })
  const needs = snapshotNeeds({ snapshots } as unknown as Status, i18n.t as never, language)
  return needs.map(({ state, title, hint }) => `${state}: ${title} | ${hint}`).join('\n')
}

describe('a snapshot that differs', () => {
  const root: Snapshot = { ...HONEST, alarm: { differs: 'root', agreed: [1, 2] } }
  const heads: Snapshot = { ...HONEST, id: 'sha256:02', alarm: { differs: 'heads', agreed: [] } }

  it('[UI29] is told with who signed it and which witnesses agreed, in English', async () => {
    const text = await told([HONEST, root, heads], 'en')
    expect(text.split('\n')).to.have.length(2)
    expect(text).to.match(/bad: Mallory signed another catalogue .*\(24 Nov 2026, \d\d:\d\d\)/)
    expect(text).to.match(/Hub, writer 2 agreed to it/)
    expect(text).to.match(/bad: Mallory signed a snapshot with commits that do not stand here/)
    expect(text).to.include('No witness agreed to it')
  })

  it('[UI29] is told with who signed it and which witnesses agreed, in Chinese', async () => {
    const text = await told([HONEST, root, heads], 'zh-CN')
    expect(text).to.include('马洛里 签的快照与这里').and.include('Hub、写入者 2')
    expect(text).to.include('马洛里 签的快照含有这里不成立的提交').and.include('没有见证节点同意')
  })
})
