/** Orders of agencies in plain words, for whoever is to sign them, to let them stand, or to read them. */
import {
  type Admission,
  keyToText,
  type LogEnd,
  type Order,
  type OrderedClosing,
  orderedWriter,
  placeOf,
  type ReadOrderDraft,
  type RosterState,
} from '@mulu/registry-core'
import { type Language, labelOf } from './agency-names.ts'
import { fingerprintOf } from './fingerprint.ts'

type Told = Omit<Order, 'bytes'>

/** The lines an administrator reads before signing. */
export function describeDraft(read: ReadOrderDraft, language: Language): readonly string[] {
  const { roster, orders, after } = read
  const say = sayIn(language)
  const words = fingerprintOf(roster.fed)[language]
  const [first] = orders
  const agency = first === undefined ? '' : agencyName(after, first.agency, language)
  const key = first === undefined ? '' : keyToText(first.by)
  return [
    say(`Federation: ${after.name}`, `联合体:${after.name}`),
    say(`Fingerprint: ${words}`, `指纹:${words}`),
    say(
      `Roster version ${roster.version}, the newest that was known`,
      `名册第 ${roster.version} 版,为当时已知的最新版`,
    ),
    say(`Orders of ${agency}, to be signed with ${key}:`, `${agency} 的机构令,须以 ${key} 签名:`),
    ...orderLines(orders, after, language).map((line) => `  ${line}`),
  ]
}

/** Orders, one a line; offices are named by the state or by the orders themselves. */
export function orderLines(
  orders: readonly Told[],
  state: RosterState,
  language: Language,
): readonly string[] {
  const say = sayIn(language)
  const offices = officesOf(orders, state)
  return orders.map((order) => {
    const what =
      order.act.type === 'admit'
        ? admissionText(writerOf(state, order), order.act, say)
        : closingText(order.act, offices.get(order.act.client) ?? '', say)
    return say(`order ${order.no}: ${what}`, `第 ${order.no} 号机构令:${what}`)
  })
}

/** The number of the writer that an order admits. */
export function writerOf({ administrators = [] }: RosterState, { by, no }: Told): number {
  return orderedWriter(placeOf(administrators, by), no)
}

function officesOf(orders: readonly Told[], state: RosterState): ReadonlyMap<number, string> {
  const offices = new Map([...state.writers.values()].map((w) => [w.client, w.office] as const))
  for (const order of orders) {
    if (order.act.type === 'admit') offices.set(writerOf(state, order), order.act.office)
  }
  return offices
}

type Say = (en: string, zh: string) => string

function sayIn(language: Language): Say {
  return (en, zh) => (language === 'en' ? en : zh)
}

function admissionText(client: number, act: Admission, say: Say): string {
  const key = keyToText(act.key)
  const after = act.continues
  const grants = act.grants.map(({ ns, rights }) =>
    say(`${rights.join(', ')} in namespace ${ns}`, `在命名空间 ${ns} 行使 ${rights.join('、')}`),
  )
  const office = act.office === '' ? say('the head office', '本部') : act.office
  return say(
    `admit ${office} as writer #${client} with key ${key}${after === 0 ? '' : `, which continues #${after}`}; it may ${grants.join('; ')}`,
    `接纳 ${office} 为写入方 #${client},密钥 ${key}${after === 0 ? '' : `,承接 #${after}`};可${grants.join(';')}`,
  )
}

function closingText(act: OrderedClosing, office: string, say: Say): string {
  const name = office === '' ? `#${act.client}` : `#${act.client} (${office})`
  const ends = endsText(act.ends)
  const where =
    ends === ''
      ? say('from the beginning', '自起始处')
      : say(`at ${ends}, every other log at 0`, `截至 ${ends},其余日志截至 0`)
  return say(
    `close writer ${name} ${where}${act.final ? ' for good' : ''} (${act.why})`,
    `关闭写入方 ${name},${where}${act.final ? ',不再恢复' : ''}(${act.why})`,
  )
}

function endsText(ends: readonly LogEnd[]): string {
  return ends.map(({ ns, aud, seq }) => `${ns}/${String(aud)}:${seq}`).join(', ')
}

function agencyName(state: RosterState, id: number, language: Language): string {
  const names = state.agencies.get(id)?.names
  return names === undefined ? `#${id}` : `${labelOf(names, language)} (#${id})`
}
