import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { HeldPart, Status } from '../api.ts'
import { formatList } from '../format.ts'
import { plainText } from '../labels.ts'
import { useLanguage } from '../language.ts'
import { Notice } from '../parts/notice.tsx'
import { agenciesQuery } from '../queries.ts'
import { regionsOf } from './part/part.ts'
import { PartSteps } from './part/part-steps.tsx'

/** Of an office, and of a node that holds a part: of which agencies, and how that is changed. */
export function HeldSection({ status }: { status: Status }) {
  const { t } = useTranslation()
  const { held } = status.asOf.share
  const isOffice = status.node.admitted && status.node.role === 'office'
  if (held === null && !isOffice) return null
  return (
    <section className="section" aria-labelledby="held">
      <div className="section-head">
        <h2 id="held">{t('held.title')}</h2>
        <p>{t(held === null ? 'held.all' : 'held.text')}</p>
      </div>
      {held?.isWitness === true ? (
        <Notice state="bad">
          <p>{t('held.witness')}</p>
        </Notice>
      ) : null}
      {held === null ? null : (
        <div className="panel">
          <HeldFacts held={held} />
        </div>
      )}
      <PartSteps held={held} own={status.agency?.id} />
    </section>
  )
}

function HeldFacts({ held }: { held: HeldPart }) {
  const { t } = useTranslation()
  return (
    <dl className="facts facts-lined">
      <div>
        <dt>{t('held.agencies')}</dt>
        <dd>{t('held.count', { agencies: held.agencies, of: held.of })}</dd>
      </div>
      <Names held={held} />
      <Fact name={t('held.coming')} isShown={held.lacking > 0}>
        {t('held.lacking', { count: held.lacking })}
      </Fact>
      <Fact name={t('held.going')} isShown={held.leaving > 0}>
        {t('held.leaving', { count: held.leaving })}
      </Fact>
    </dl>
  )
}

function Names({ held }: { held: HeldPart }) {
  const { t } = useTranslation()
  const language = useLanguage()
  const names = formatList(
    held.names.map(({ name }) => plainText(name, language)),
    language,
  )
  const more = held.agencies - held.names.length
  const { regions } = held.subscribed
  const agencies = useQuery({ ...agenciesQuery, enabled: regions.length > 0 })
  const named = regionsOf(agencies.data?.items ?? [], regions)
  return (
    <>
      <Fact name={t('held.which')} isShown={held.names.length > 0}>
        {names}
        {more > 0 ? t('held.more', { count: more }) : null}
      </Fact>
      <Fact name={t('part.regions')} isShown={regions.length > 0}>
        {formatList(
          regions.map((start) => plainText(named.get(start) ?? start, language)),
          language,
        )}
      </Fact>
    </>
  )
}

function Fact(props: { name: string; isShown: boolean; children: React.ReactNode }) {
  if (!props.isShown) return null
  return (
    <div>
      <dt>{props.name}</dt>
      <dd>{props.children}</dd>
    </div>
  )
}
