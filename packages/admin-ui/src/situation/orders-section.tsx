import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { AdministratorKey, AgencyOrder, OrderList } from '../agency-orders.ts'
import type { Status as NodeStatusAnswer } from '../api.ts'
import { formatList } from '../format.ts'
import { useLanguage } from '../language.ts'
import { DigestWords } from '../parts/digest-words.tsx'
import { ErrorNotice } from '../parts/error-notice.tsx'
import { LabelText } from '../parts/label-text.tsx'
import { orderCodeKey, whyKey } from '../parts/order-words.ts'
import { useRightWords } from '../parts/right-words.ts'
import { Status } from '../parts/status.tsx'
import { ordersQuery } from '../queries.ts'
import { DIGEST_WORDS } from '../words.ts'

/** Orders that are listed; more are for the command line. */
const LISTED_MAX = 100

/** Administrator keys of agencies and what was ordered with them; nothing where there are none. */
export function OrdersSection({ status }: { status: NodeStatusAnswer }) {
  const { t } = useTranslation()
  const orders = useQuery(ordersQuery(status.roster.version, status.orders.digest))
  if (orders.isError) {
    return (
      <ErrorNotice
        error={orders.error}
        title={t('orders.notRead')}
        onRetry={() => void orders.refetch()}
      />
    )
  }
  const list = orders.data
  if (list === undefined || list.keys.length === 0) return null
  return (
    <section className="section" aria-labelledby="orders">
      <div className="section-head">
        <h2 id="orders">{t('orders.title')}</h2>
        <p>{t('orders.text')}</p>
      </div>
      <Keys keys={list.keys} />
      {list.items.length === 0 ? (
        <p className="empty">{t('orders.none')}</p>
      ) : (
        <Orders items={list.items} />
      )}
    </section>
  )
}

function Keys({ keys }: { keys: readonly AdministratorKey[] }) {
  const { t } = useTranslation()
  return (
    <div className="panel">
      <dl className="facts facts-lined">
        {keys.map(({ key, agency, from, ended, counting, orders }) => (
          <div key={key}>
            <dt>
              <LabelText labels={agency.name} otherwise={agency.code} />
            </dt>
            <dd>
              {ended === null ? (
                <Status state="ok">{t('orders.inUse', { version: from })}</Status>
              ) : (
                <Status state="off">{t('orders.ended', { version: ended })}</Status>
              )}
              {' · '}
              {t('orders.counted', { counting, count: orders })}
              <br />
              <DigestWords value={key} count={DIGEST_WORDS} copyAs={t('identity.fullKey')} />
            </dd>
          </div>
        ))}
      </dl>
    </div>
  )
}

/** Those that do not count come first. */
function Orders({ items }: Pick<OrderList, 'items'>) {
  const { t } = useTranslation()
  const sorted = items.toSorted((a, b) => Number(a.code === null) - Number(b.code === null))
  const rest = sorted.length - LISTED_MAX
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard. */}
      <section className="scroll section-table" aria-label={t('orders.table')} tabIndex={0}>
        <table className="table">
          <thead>
            <tr>
              <th scope="col" data-pin="">
                {t('agencies.agency')}
              </th>
              <th scope="col">{t('orders.state')}</th>
              <th scope="col">{t('orders.says')}</th>
            </tr>
          </thead>
          <tbody>
            {sorted.slice(0, LISTED_MAX).map((order) => (
              <OrderRow key={order.id} order={order} />
            ))}
          </tbody>
        </table>
      </section>
      {rest > 0 ? <p className="hint">{t('orders.more', { count: rest })}</p> : null}
    </>
  )
}

function OrderRow({ order }: { order: AgencyOrder }) {
  const { t } = useTranslation()
  return (
    <tr>
      <th scope="row" data-pin="">
        <LabelText labels={order.agency.name} otherwise={order.agency.code} />
        <span className="sub">{t('orders.number', { number: order.number })}</span>
      </th>
      <td className="wrap">
        {order.code === null ? (
          <Status state="ok">{t('orders.counts')}</Status>
        ) : (
          <Status state={order.code === 'MULU_ORDER_NUMBER' ? 'bad' : 'off'}>
            {t(orderCodeKey(order.code))}
          </Status>
        )}
      </td>
      <td className="wrap">
        <Says order={order} />
      </td>
    </tr>
  )
}

function Says({ order }: { order: AgencyOrder }) {
  const { t } = useTranslation()
  const language = useLanguage()
  const wordsOf = useRightWords()
  const name = order.office ?? t('roster.headOffice')
  if (order.type === 'close') {
    const why = order.why ?? ''
    const key = whyKey(why)
    return <>{t('orders.closes', { name, why: key === undefined ? why : t(key) })}</>
  }
  const rights = [...new Set((order.grants ?? []).flatMap((grant) => grant.rights))]
  return <>{t('orders.admits', { name, rights: formatList(wordsOf(rights), language) })}</>
}
