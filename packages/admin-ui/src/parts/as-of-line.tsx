import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { AsOf, Status as NodeStatusAnswer } from '../api.ts'
import { ageOf, formatClock, zoneName } from '../format.ts'
import { ownName, plainText } from '../labels.ts'
import { useLanguage } from '../language.ts'
import { statusQuery } from '../queries.ts'
import { LabelText } from './label-text.tsx'
import { Moment } from './moment.tsx'
import { shareSentence } from './share-words.ts'
import { Status } from './status.tsx'

/** On every page, and on paper: when, how many nodes agree, who is silent, which node this is. */
export function AsOfLine() {
  const { t } = useTranslation()
  const { data, isError } = useQuery(statusQuery)
  return (
    <aside className="asof" aria-label={t('asOf.label')}>
      <div className="inner">
        <ul>
          {data === undefined ? (
            <li>{isError ? <Unreached /> : t('asOf.asking')}</li>
          ) : (
            <Heard status={data} isLost={isError} />
          )}
        </ul>
      </div>
    </aside>
  )
}

function Heard({ status, isLost }: { status: NodeStatusAnswer; isLost: boolean }) {
  const { t } = useTranslation()
  const { asOf } = status
  const isLevel = asOf.agree === asOf.nodes
  return (
    <>
      <li>
        {t('asOf.asOf')}{' '}
        <b>
          <Moment ms={asOf.nowMs} />
        </b>
        <Zone ms={asOf.nowMs} />
      </li>
      {isLost ? (
        <li>
          <Status state="off">{t('asOf.lost', { time: formatClock(asOf.nowMs) })}</Status>
        </li>
      ) : (
        <li>
          <Status state={isLevel ? 'ok' : 'wait'}>
            {t('asOf.agree', { agree: asOf.agree, nodes: asOf.nodes })}
          </Status>
        </li>
      )}
      <Here asOf={asOf} />
      <Part asOf={asOf} />
      <Silent asOf={asOf} />
      <li>
        {t('asOf.thisNode')}
        <LabelText labels={ownName(status)} />
        {status.node.offline ? t('asOf.offline') : null}
      </li>
      <li>
        <Link to="/situation">{t('asOf.allNodes')}</Link>
      </li>
    </>
  )
}

/** How much of the catalogue is here, until all of it is; the figures stand on the node's own page. */
function Here({ asOf }: { asOf: AsOf }) {
  const { t } = useTranslation()
  const sentence = shareSentence(asOf, t)
  if (sentence === undefined) return null
  return (
    <li>
      <Status state={asOf.share.state === 'unknown' ? 'warn' : 'wait'}>
        {asOf.share.state === 'unknown' ? sentence : <Link to="/node#share">{sentence}</Link>}
      </Status>
    </li>
  )
}

/** Of a node that holds a part: of how many agencies. */
function Part({ asOf }: { asOf: AsOf }) {
  const { t } = useTranslation()
  const { held } = asOf.share
  if (held === null) return null
  const { agencies, of } = held
  return (
    <li>
      <Status state="warn">
        <Link to="/node#held">{t('held.line', { agencies, of })}</Link>
      </Status>
    </li>
  )
}

function Unreached() {
  const { t } = useTranslation()
  return <Status state="off">{t('asOf.unreached')}</Status>
}

function Zone({ ms }: { ms: number }) {
  const { t } = useTranslation()
  const name = zoneName(Intl.DateTimeFormat().resolvedOptions().timeZone, ms)
  return <>{t('asOf.zone', { zone: name ?? t('asOf.beijing') })}</>
}

function Silent({ asOf }: { asOf: AsOf }) {
  const text = useSilentText(asOf)
  if (text === undefined) return null
  return (
    <li>
      <Status state="warn">{text}</Status>
    </li>
  )
}

/** One silent node by name and time; of several the number. */
export function useSilentText(asOf: AsOf): string | undefined {
  const { t } = useTranslation()
  const language = useLanguage()
  const [first, ...rest] = asOf.silent
  if (first === undefined) return undefined
  const name = plainText(first.name, language)
  if (rest.length > 0) return t('asOf.severalSilent', { name, count: asOf.silent.length })
  if (first.lastHeardMs === null) return t('asOf.neverHeard', { name })
  const age = ageOf(first.lastHeardMs, asOf.nowMs)
  if (age.unit === 'day') return t('asOf.silentDays', { name, count: age.count })
  if (age.unit === 'hour') return t('asOf.silentHours', { name, count: age.count })
  return t('asOf.silentMinutes', { name, count: age.unit === 'minute' ? age.count : 1 })
}
