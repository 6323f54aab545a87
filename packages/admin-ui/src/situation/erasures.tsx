import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { Erasure } from '../api.ts'
import { plainText } from '../labels.ts'
import { useLanguage } from '../language.ts'
import { ErrorNotice } from '../parts/error-notice.tsx'
import { Moment } from '../parts/moment.tsx'
import { labelsOf } from '../portal/record/record-head.tsx'
import { erasuresQuery, recordQuery } from '../queries.ts'
import { ErasureState } from './erasure-state.tsx'

const NAMED = 8

/** Orders of erasure with the nodes that have carried them out; nothing where there are none. */
export function Erasures() {
  const { t } = useTranslation()
  const erasures = useQuery(erasuresQuery)
  if (erasures.isError) {
    return (
      <ErrorNotice
        error={erasures.error}
        title={t('erasures.notRead')}
        onRetry={() => void erasures.refetch()}
      />
    )
  }
  const items = erasures.data?.items ?? []
  if (items.length === 0) return null
  return (
    <section className="section" aria-labelledby="erasures">
      <div className="section-head">
        <h2 id="erasures">{t('erasures.title')}</h2>
        <p>{t('erasures.text')}</p>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard. */}
      <section className="scroll" aria-label={t('erasures.table')} tabIndex={0}>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{t('erasures.order')}</th>
              <th scope="col">{t('erasures.record')}</th>
              <th scope="col">{t('erasures.state')}</th>
              <th scope="col">{t('erasures.confirmed')}</th>
              <th scope="col">{t('erasures.outstanding')}</th>
              <th scope="col">{t('erasures.at')}</th>
            </tr>
          </thead>
          <tbody>
            {items.map((erasure) => (
              <ErasureRow key={erasure.id} erasure={erasure} />
            ))}
          </tbody>
        </table>
      </section>
    </section>
  )
}

function ErasureRow({ erasure }: { erasure: Erasure }) {
  const { t } = useTranslation()
  const { order, records, nodes, atMs } = erasure
  const language = useLanguage()
  const outstanding = nodes.filter(({ state }) => state === 'outstanding')
  const names = outstanding.slice(0, NAMED).map(({ name }) => plainText(name, language))
  const listed = names.join(t('erasures.between'))
  const isMore = outstanding.length > NAMED
  return (
    <tr>
      <th scope="row">{order}</th>
      <td>
        {records.slice(0, NAMED).map((id) => (
          <RecordLink key={id} id={id} />
        ))}
        {records.length > NAMED ? t('erasures.more', { count: records.length - NAMED }) : null}
      </td>
      <td>
        <ErasureState erasure={erasure} />
      </td>
      <td className="num">
        {t('erasures.of', { count: nodes.length - outstanding.length, nodes: nodes.length })}
      </td>
      <td>{isMore ? t('need.andOthers', { listed }) : listed}</td>
      <td>
        <Moment ms={atMs} />
      </td>
    </tr>
  )
}

/** A record by its title; its number says nothing to a reader. */
function RecordLink({ id }: { id: string }) {
  const { t } = useTranslation()
  const language = useLanguage()
  const address = id.split('/').map(encodeURIComponent).join('/')
  const { data } = useQuery(recordQuery(address, null))
  const labels = data === undefined ? {} : labelsOf(data.fields, 'title')
  return (
    <p>
      <Link to={`/records/${address}`}>{plainText(labels, language, t('record.untitled'))}</Link>
    </p>
  )
}
