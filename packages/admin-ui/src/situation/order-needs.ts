import type { AgencyOrder } from '../agency-orders.ts'
import type { Status } from '../api.ts'
import { formatList } from '../format.ts'
import { plainText } from '../labels.ts'
import type { Language } from '../language.ts'
import type { Need, Translate } from './need.ts'

/** Numbers of administrator keys that went to several orders: each with whom it is about. */
export function orderNeeds(status: Status, t: Translate, language: Language): readonly Need[] {
  const disputed = status.orders.ineffective.filter(({ code }) => code === 'MULU_ORDER_NUMBER')
  const places = new Map<string, readonly AgencyOrder[]>()
  for (const order of disputed) {
    const place = `${order.key} ${order.number}`
    places.set(place, [...(places.get(place) ?? []), order])
  }
  return [...places].flatMap(([place, orders]) => {
    const [first] = orders
    if (first === undefined) return []
    const { agency, number } = first
    const name = plainText(agency.name, language, agency.code)
    const offices = orders.map(({ office }) => office ?? t('roster.headOffice'))
    return {
      id: `order ${place}`,
      state: 'bad' as const,
      title: t('need.orderTwice', { name, number }),
      hint: t('need.orderTwiceHint', { names: formatList([...new Set(offices)], language) }),
    }
  })
}
