import { useState } from 'react'
import { Button } from 'react-aria-components'
import { useTranslation } from 'react-i18next'
import type { Peer, Status } from '../api.ts'
import { plainText } from '../labels.ts'
import { type Language, useLanguage } from '../language.ts'
import { Count } from '../parts/count.tsx'
import { LabelText } from '../parts/label-text.tsx'
import { Ago } from '../parts/moment.tsx'
import { conditionOf, stateOf } from '../parts/node-state.ts'
import { NodeStatus } from '../parts/node-status.tsx'
import { type Order, SortHeader } from '../parts/sort-header.tsx'
import { STATES } from '../parts/state.ts'

const SHOWN_FIRST = 12
const COLUMNS = ['behind', 'waiting', 'records', 'problems', 'conflicts'] as const
type NumberColumn = (typeof COLUMNS)[number]
type Column = 'name' | 'state' | 'heard' | NumberColumn

const COLUMN_NAMES = {
  behind: 'nodes.behind',
  waiting: 'nodes.waiting',
  records: 'total.records',
  problems: 'total.problems',
  conflicts: 'total.conflicts',
} as const satisfies Record<NumberColumn, string>

/** All nodes of the roster, what needs attention first. */
export function NodesTable({ status }: { status: Status }) {
  const { t } = useTranslation()
  const language = useLanguage()
  const [order, setOrder] = useState<Order<Column>>({ column: 'state', isDescending: false })
  const [isWhole, setWhole] = useState(false)
  const sorted = status.peers.toSorted((left, right) =>
    compare(left, right, order, status, language),
  )
  const shown = isWhole ? sorted : sorted.slice(0, SHOWN_FIRST)
  return (
    <section className="section" aria-labelledby="nodes">
      <div className="section-head">
        <h2 id="nodes">{t('nodes.title')}</h2>
        <p>{t('nodes.text')}</p>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard. */}
      <section className="scroll" aria-label={t('nodes.table')} tabIndex={0}>
        <table className="table">
          <thead>
            <tr>
              <SortHeader column="name" order={order} onOrder={setOrder} isPinned>
                {t('nodes.node')}
              </SortHeader>
              <SortHeader column="state" order={order} onOrder={setOrder}>
                {t('nodes.state')}
              </SortHeader>
              <SortHeader column="heard" order={order} onOrder={setOrder} isNumber>
                {t('nodes.heard')}
              </SortHeader>
              {COLUMNS.map((column) => (
                <SortHeader key={column} column={column} order={order} onOrder={setOrder} isNumber>
                  {t(COLUMN_NAMES[column])}
                </SortHeader>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((peer) => (
              <NodeRow key={peer.client} peer={peer} status={status} />
            ))}
          </tbody>
        </table>
      </section>
      {sorted.length <= SHOWN_FIRST ? null : (
        <div className="after">
          <p>{t('nodes.count', { shown: shown.length, total: sorted.length })}</p>
          <Button className="btn btn-small" onPress={() => setWhole(!isWhole)}>
            {isWhole ? t('facet.fewer') : t('nodes.all', { count: sorted.length })}
          </Button>
        </div>
      )}
    </section>
  )
}

function NodeRow({ peer, status }: { peer: Peer; status: Status }) {
  const { t } = useTranslation()
  return (
    <tr>
      <th scope="row" data-pin="">
        <LabelText labels={peer.name} />
        <span className="sub">
          {peer.self ? t('nodes.thisNode') : <LabelText labels={peer.agency.name} />}
        </span>
      </th>
      <td>
        <NodeStatus condition={conditionOf(peer, status)} />
        {peer.holds === null ? null : (
          <span className="sub">
            {t('nodes.holds', { agencies: peer.holds.agencies, of: peer.holds.of })}
          </span>
        )}
      </td>
      <td className="num">
        {peer.self ? <Count value={null} /> : <Ago ms={peer.lastHeardMs} nowMs={status.nowMs} />}
      </td>
      {COLUMNS.map((column) => (
        <td key={column} className="num">
          <Figure peer={peer} column={column} status={status} />
        </td>
      ))}
    </tr>
  )
}

function Figure({ peer, column, status }: { peer: Peer; column: NumberColumn; status: Status }) {
  const { t } = useTranslation()
  const value = numberOf(peer, column, status)
  if (column !== 'behind') return <Count value={value} />
  if (value === null) return <span className="zero">{t('nodes.unknown')}</span>
  return value === 0 ? <Count value={0} /> : t('nodes.commits', { count: value })
}

/** What a node last reported; of this node what it holds itself. */
function numberOf(peer: Peer, column: NumberColumn, status: Status): number | null {
  if (peer.self) {
    if (column === 'behind') return 0
    return column === 'waiting' ? status.heads.waiting : status.catalogue[column]
  }
  if (column === 'behind') return peer.behind
  return peer.reported?.[column] ?? null
}

function compare(
  left: Peer,
  right: Peer,
  order: Order<Column>,
  status: Status,
  language: Language,
): number {
  const names = plainText(left.name, language).localeCompare(
    plainText(right.name, language),
    language,
  )
  const sign = order.isDescending ? -1 : 1
  if (order.column === 'name') return sign * names
  const difference = rankOf(left, order.column, status) - rankOf(right, order.column, status)
  return difference === 0 ? names : sign * difference
}

function rankOf(peer: Peer, column: Exclude<Column, 'name'>, status: Status): number {
  if (column === 'state') return STATES.indexOf(stateOf(conditionOf(peer, status)))
  if (column === 'heard') return peer.self ? status.nowMs : (peer.lastHeardMs ?? 0)
  return numberOf(peer, column, status) ?? -1
}
