import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { AgencyRow } from '../api.ts'
import { plainText } from '../labels.ts'
import { type Language, useLanguage } from '../language.ts'
import { Count } from '../parts/count.tsx'
import { DigestWords } from '../parts/digest-words.tsx'
import { LabelText } from '../parts/label-text.tsx'
import { Day } from '../parts/moment.tsx'
import { type Order, SortHeader } from '../parts/sort-header.tsx'
import { COMMIT_WORDS } from '../words.ts'

const COLUMNS = ['records', 'published', 'withdrawn', 'problems', 'conflicts', 'nodes'] as const
type NumberColumn = (typeof COLUMNS)[number]
type Column = 'name' | NumberColumn | 'newest'

const COLUMN_NAMES = {
  records: 'total.records',
  published: 'state.published',
  withdrawn: 'state.withdrawn',
  problems: 'total.problems',
  conflicts: 'total.conflicts',
  nodes: 'total.nodes',
} as const satisfies Record<NumberColumn, string>

/** Agencies, what they registered and what is still to do. */
export function AgenciesTable({
  agencies,
  nowMs,
}: {
  agencies: readonly AgencyRow[]
  nowMs: number
}) {
  const { t } = useTranslation()
  const language = useLanguage()
  const [order, setOrder] = useState<Order<Column>>({ column: 'records', isDescending: true })
  const sorted = agencies.toSorted((left, right) => compare(left, right, order, language))
  return (
    <section className="section" aria-labelledby="agencies">
      <div className="section-head">
        <h2 id="agencies">{t('agencies.title')}</h2>
        <p>{t('agencies.text')}</p>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard. */}
      <section className="scroll" aria-label={t('agencies.table')} tabIndex={0}>
        <table className="table">
          <thead>
            <tr>
              <SortHeader column="name" order={order} onOrder={setOrder} isPinned>
                {t('agencies.agency')}
              </SortHeader>
              {COLUMNS.map((column) => (
                <SortHeader key={column} column={column} order={order} onOrder={setOrder} isNumber>
                  {t(COLUMN_NAMES[column])}
                </SortHeader>
              ))}
              <SortHeader column="newest" order={order} onOrder={setOrder} isNumber>
                {t('agencies.newest')}
              </SortHeader>
              <th scope="col">{t('agencies.indexDigest')}</th>
            </tr>
          </thead>
          <tbody>
            {sorted.map((agency) => (
              <tr key={agency.id}>
                <th scope="row" data-pin="">
                  <Link to={`/?agency=${agency.id}`}>
                    <LabelText labels={agency.name} />
                  </Link>
                  {agency.regionName === null ? null : (
                    <span className="sub">
                      <LabelText labels={agency.regionName} />
                    </span>
                  )}
                  {agency.held ? null : <span className="sub">{t('agencies.notHeld')}</span>}
                </th>
                {COLUMNS.map((column) => (
                  <td key={column} className="num">
                    <Count value={agency.held || column === 'nodes' ? agency[column] : null} />
                  </td>
                ))}
                <td className="num">
                  {(agency.newestMs ?? 0) === 0 ? (
                    <Count value={null} />
                  ) : (
                    <Day ms={agency.newestMs ?? 0} nowMs={nowMs} />
                  )}
                </td>
                <td>
                  {agency.indexDigest === null ? (
                    <Count value={null} />
                  ) : (
                    <DigestWords value={agency.indexDigest} count={COMMIT_WORDS} />
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </section>
  )
}

function compare(
  left: AgencyRow,
  right: AgencyRow,
  order: Order<Column>,
  language: Language,
): number {
  const names = plainText(left.name, language).localeCompare(
    plainText(right.name, language),
    language,
  )
  if (order.column === 'name') return order.isDescending ? -names : names
  const difference = numberOf(left, order.column) - numberOf(right, order.column)
  return difference === 0 ? names : order.isDescending ? -difference : difference
}

function numberOf(agency: AgencyRow, column: NumberColumn | 'newest'): number {
  return column === 'newest' ? (agency.newestMs ?? 0) : agency[column]
}
