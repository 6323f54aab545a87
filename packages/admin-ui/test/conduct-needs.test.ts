import { expect } from 'chai'
import { createInstance } from 'i18next'
import type { Conduct, Status } from '../src/api.ts'
import { en } from '../src/locales/en.ts'
import { zhCn } from '../src/locales/zh-cn.ts'
import { conductNeeds } from '../src/situation/conduct-needs.ts'

const SINCE = Date.parse('2026-11-24T06:05:00Z')
const NOBODY: Conduct = {
  client: 5,
  name: { en: 'Mallory', 'zh-Hans': '马洛里' },
  revoked: false,
  refused: [],
  throttled: [],
  cutOff: null,
  ineffective: [],
  forks: [],
}

const OFFENDER: Conduct = {
  ...NOBODY,
  throttled: [
    { why: 'commits', sinceMs: SINCE, lastMs: SINCE + 1 },
    { why: 'waiting', sinceMs: SINCE + 9, lastMs: SINCE + 9 },
  ],
  cutOff: { code: 'MULU_SIGNATURE', sinceMs: SINCE, untilMs: SINCE + 60_000 },
  ineffective: [{ code: 'MULU_GRANT_MISSING', count: 3, lastMs: SINCE }],
  forks: [{ log: '2/1/5', at: 7 }],
}

async function told(conduct: readonly Conduct[], language: 'en' | 'zh-CN'): Promise<string> {
  const i18n = createInstance()
  const resources = { en: { translation: en }, 'zh-CN': { translation: zhCn } }
  const keys = { keySeparator: false, nsSeparator: false } as const
  await i18n.init({ lng: language, resources, ...keys, interpolation: { escapeValue: false } })
  const needs = conductNeeds({ conduct } as unknown as Status, i18n.t as never, language)
  return needs.map(({ state, title, hint }) => `${state}: ${title} | ${hint}`).join('\n')
}

describe('what a node holds against another', () => {
  it('[UI26] is told with name, reason and time in English', async () => {
    const text = await told([OFFENDER], 'en')
    expect(text).to.match(/bad: Mallory signed two commits at one position: 2\/1\/5#7/)
    expect(text).to.match(/bad: Mallory is cut off until 24 Nov 2026, \d\d:\d\d/)
    expect(text).to.match(/warn: 3 commits signed by Mallory count for nothing.*MULU_GRANT_MISSING/)
    expect(text).to.match(/warn: Mallory is slowed down since 24 Nov 2026, \d\d:\d\d: too many com/)
    expect(text).to.include('too many commits without their forerunners')
  })

  it('[UI26] is told with name, reason and time in Chinese', async () => {
    const text = await told([OFFENDER], 'zh-CN')
    for (const part of [
      '马洛里 在同一位置签了两个提交',
      '已断开',
      '不起作用',
      '被放慢：提交太多',
    ]) {
      expect(text).to.include(part)
    }
    expect(text).to.match(/从 2026-11-24 \d\d:\d\d 起/)
  })

  it('[UI26] names of a revoked one also what its node sent, and nothing where there is nothing', async () => {
    const refused = [{ code: 'MULU_SIGNATURE', count: 2, lastMs: SINCE }]
    const text = await told([{ ...NOBODY, revoked: true, refused }], 'en')
    expect(text).to.match(
      /2 commits signed by Mallory count for nothing \| .*closed.*MULU_SIGNATURE/,
    )
    expect(await told([], 'en')).to.equal('')
  })
})
