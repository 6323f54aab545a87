import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { Labels, Status } from '../api.ts'
import { Count } from '../parts/count.tsx'
import { LabelText } from '../parts/label-text.tsx'
import { percentOf } from '../parts/share-words.ts'
import { agenciesQuery } from '../queries.ts'

/** While the node catches up: how much of each region is here, the own one first. */
export function ShareSection({ status }: { status: Status }) {
  const { t } = useTranslation()
  const agencies = useQuery(agenciesQuery)
  const { share } = status.asOf
  if (share.state !== 'behind') return null
  const names = new Map<string | null, Labels | null>(
    agencies.data?.items.map(({ region, regionName }) => [region, regionName]),
  )
  return (
    <section className="section" aria-labelledby="share">
      <div className="section-head">
        <h2 id="share">{t('share.title')}</h2>
        <p>{t('share.text')}</p>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard. */}
      <section className="scroll" aria-label={t('share.table')} tabIndex={0}>
        <table className="table">
          <thead>
            <tr>
              <th scope="col" data-pin="">
                {t('share.region')}
              </th>
              <th scope="col" className="num">
                {t('share.here')}
              </th>
              <th scope="col" className="num">
                {t('share.known')}
              </th>
              <th scope="col" className="num">
                {t('share.share')}
              </th>
            </tr>
          </thead>
          <tbody>
            {share.regions.map((part) => (
              <tr key={part.region}>
                <th scope="row" data-pin="">
                  {part.region === null ? (
                    t('share.noRegion')
                  ) : (
                    <LabelText labels={names.get(part.region) ?? part.region} />
                  )}
                </th>
                <td className="num">
                  <Count value={part.here} />
                </td>
                <td className="num">
                  <Count value={part.known} />
                </td>
                <td className="num">{t('share.percent', { percent: percentOf(part) })}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </section>
  )
}
