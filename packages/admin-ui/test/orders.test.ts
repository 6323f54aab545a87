import { expect } from 'chai'
import { createInstance } from 'i18next'
import type { AgencyOrder } from '../src/agency-orders.ts'
import type { Status } from '../src/api.ts'
import { en } from '../src/locales/en.ts'
import { zhCn } from '../src/locales/zh-cn.ts'
import { diagnosesOf } from '../src/node/diagnostics.ts'
import { orderNeeds } from '../src/situation/order-needs.ts'

const ORDER: AgencyOrder = {
  id: 'sha256:00',
  number: 7,
  agency: { id: 2, code: 'W1', name: { en: 'Water', 'zh-Hans': '水利' } },
  key: 'ed25519:00',
  roster: 3,
  type: 'admit',
  writer: 0x80000006,
  office: 'north',
  code: 'MULU_ORDER_NUMBER',
}

async function translate(language: 'en' | 'zh-CN'): Promise<never> {
  const i18n = createInstance()
  const resources = { en: { translation: en }, 'zh-CN': { translation: zhCn } }
  const keys = { keySeparator: false, nsSeparator: false } as const
  await i18n.init({ lng: language, resources, ...keys, interpolation: { escapeValue: false } })
  return i18n.t as never
}

async function told(items: readonly AgencyOrder[], language: 'en' | 'zh-CN'): Promise<string> {
  const status = { orders: { ineffective: items } } as unknown as Status
  const needs = orderNeeds(status, await translate(language), language)
  return needs.map(({ state, title, hint }) => `${state}: ${title} | ${hint}`).join('\n')
}

describe('orders that do not count', () => {
  const rival = { ...ORDER, id: 'sha256:01', office: 'south' }
  const overruled = { ...ORDER, id: 'sha256:02', number: 8, code: 'MULU_ORDER_OVERRULED' }

  it('[UI50] are a need of a person where one number went to several, told once with whom it is about', async () => {
    const english = await told([ORDER, rival, overruled], 'en')
    expect(english.split('\n')).to.have.length(1)
    expect(english).to.match(/^bad: The key of Water gave number 7 to several orders/)
    expect(english).to.include('Call the agency: north, south.')
    const chinese = await told([ORDER, rival, overruled], 'zh-CN')
    expect(chinese).to.match(/^bad: 水利 的管理密钥把第 7 号发给了几份机构令/)
    expect(chinese).to.include('north、south')
    expect(await told([overruled], 'en')).to.equal('')
  })

  it('[UI51] tell the node that one meant to admit what is wrong and what to do', async () => {
    for (const [language, wanted] of [
      ['en', 'Order 7 of its agency meant to admit this node. Does not count: its number went'],
      ['zh-CN', '本机构第 7 号机构令接纳了本节点，但不算数：同一个号发给了几份机构令。'],
    ] as const) {
      const status = {
        node: { name: 'x', role: 'office', offline: false, admitted: false, fallenOrder: ORDER },
        ...{ peers: [], asOf: { nowMs: 0, nodes: 1, heard: 0, agree: 1, silent: [] }, nowMs: 0 },
        ...{ heads: { waiting: 0 }, roster: { version: 3, stampMs: 0, alarms: [] } },
        catalogue: { conflicts: 0, problems: 0 },
      } as unknown as Status
      const [first] = diagnosesOf(status, 0, await translate(language), language)
      expect(first).to.include({ id: 'membership', state: 'bad' })
      expect(first?.text).to.include(wanted)
      expect(first?.fix).to.include('mulu admit --agency-key')
    }
  })
})
