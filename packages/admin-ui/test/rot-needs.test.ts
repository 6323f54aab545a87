import { expect } from 'chai'
import { createInstance } from 'i18next'
import type { Scrub, Status } from '../src/api.ts'
import { en } from '../src/locales/en.ts'
import { zhCn } from '../src/locales/zh-cn.ts'
import { rotNeeds } from '../src/situation/rot-needs.ts'

const NOW = Date.parse('2026-11-24T06:05:00Z')
const LAST = { finishedMs: NOW - 1_000, found: 2, files: [{ file: '000005.ldb' }] }
const DAMAGED: Scrub = {
  damaged: 2,
  commits: [
    { what: 'body', namespace: 3, writer: 4, position: 17, records: ['3/resource/r1'] },
    { what: 'missing', namespace: 3, writer: 4, position: 18 },
  ],
  waiting: 1,
  last: LAST,
}

async function told(scrub: Scrub, language: 'en' | 'zh-CN'): Promise<string> {
  const i18n = createInstance()
  const resources = { en: { translation: en }, 'zh-CN': { translation: zhCn } }
  const keys = { keySeparator: false, nsSeparator: false } as const
  await i18n.init({ lng: language, resources, ...keys, interpolation: { escapeValue: false } })
  const status = { scrub, nowMs: NOW } as unknown as Status
  const needs = rotNeeds(status, i18n.t as never, language)
  return needs.map(({ state, title, hint }) => `${state}: ${title} | ${hint}`).join('\n')
}

describe('rot in the store', () => {
  it('[UI33] is named on the situation page until a peer has mended it, and remembered after that', async () => {
    const text = await told(DAMAGED, 'en')
    expect(text).to.match(/^bad: 2 commits have rotted/)
    expect(text).to.include('writer 4, position 17, record 3/resource/r1')
    expect(text).to.include('namespace 3, writer 4, position 18')
    expect(await told(DAMAGED, 'zh-CN')).to.match(/^bad: 本节点磁盘上有 2 个提交已损坏.*位置 18/)
    const mended: Scrub = { damaged: 0, commits: [], waiting: 0, last: LAST }
    expect(await told(mended, 'en')).to.match(/^warn: .* in 3 places/)
    const long = { ...LAST, finishedMs: NOW - 40 * 86_400_000 }
    expect(await told({ ...mended, last: long }, 'en')).to.equal('')
    expect(await told({ damaged: 0, commits: [], waiting: 0 }, 'en')).to.equal('')
  })
})
