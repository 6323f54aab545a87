import { useState } from 'react'
import { Button } from 'react-aria-components'
import { useTranslation } from 'react-i18next'
import type { Fields } from '../../api.ts'
import { scriptOf } from '../../labels.ts'
import { useLanguage } from '../../language.ts'
import { CopyButton } from '../../parts/copy-button.tsx'
import { Icon } from '../../parts/icon.tsx'
import { useVocabulary } from '../vocabulary.ts'
import { conditionOf, isWebAddress, mailOf, typeOf, type Way, waysOf } from './ways.ts'

const SHOWN_FIRST = 8

/** The answer a reader came for: may I have it, and where. */
export function HowToGet({ fields }: { fields: Fields }) {
  const { t } = useTranslation()
  const ways = waysOf(fields)
  const mail = mailOf(fields)
  return (
    <section className="panel get" aria-labelledby="get">
      <h2 id="get">{t('get.title')}</h2>
      <Terms fields={fields} />
      {ways[0] === undefined && mail === undefined ? null : (
        <div className="btns">
          {ways[0] === undefined ? null : <MainWay way={ways[0]} />}
          {mail === undefined ? null : (
            <a className="btn" href={`mailto:${mail}`}>
              {t('get.contact')}
            </a>
          )}
        </div>
      )}
      {ways.length === 0 ? <p className="hint">{t('get.none')}</p> : <WayList ways={ways} />}
    </section>
  )
}

/** Openness, sharing and licence in sentences. */
function Terms({ fields }: { fields: Fields }) {
  const { t } = useTranslation()
  const language = useLanguage()
  const license = fields['license']
  return (
    <>
      <p>{[useOpenness(fields), useSharing(fields)].join(language === 'en' ? ' ' : '')}</p>
      <p>
        {typeof license !== 'string' || license === '' ? (
          t('get.noLicense')
        ) : isWebAddress(license) ? (
          <>
            {t('get.license')}
            <a href={license} rel="noreferrer">
              {license}
            </a>
          </>
        ) : (
          t('get.license') + license
        )}
      </p>
    </>
  )
}

function useOpenness(fields: Fields): string {
  const { t } = useTranslation()
  const condition = conditionOf(fields['openness'])
  switch (typeOf(fields['openness'])) {
    case 'open':
      return t('get.open')
    case 'conditional':
      return condition === undefined ? t('get.openOn') : t('get.openOnCondition', { condition })
    case 'closed':
      return t('get.closed')
    default:
      return t('get.opennessUnknown')
  }
}

function useSharing(fields: Fields): string {
  const { t } = useTranslation()
  const condition = conditionOf(fields['sharing'])
  switch (typeOf(fields['sharing'])) {
    case 'unconditional':
      return t('get.shared')
    case 'conditional':
      return condition === undefined ? t('get.sharedOn') : t('get.sharedOnCondition', { condition })
    case 'none':
      return t('get.notShared')
    default:
      return ''
  }
}

function MainWay({ way }: { way: Way }) {
  const { t } = useTranslation()
  return (
    <a className="btn btn-primary" href={way.url} rel="noreferrer">
      <Icon name="i-ext" isSmall />
      {way.kind === 'download' ? t('get.download') : null}
      {way.kind === 'service' ? t('get.service') : null}
      {way.kind === 'page' ? t('get.page') : null}
    </a>
  )
}

function WayList({ ways }: { ways: readonly Way[] }) {
  const { t } = useTranslation()
  const [isWhole, setWhole] = useState(false)
  const shown = isWhole ? ways : ways.slice(0, SHOWN_FIRST)
  const isPlain = ways.every((way) => way.url.startsWith('http://'))
  return (
    <>
      <ul className="ways">
        {shown.map((way) => (
          <WayRow key={way.path} way={way} />
        ))}
      </ul>
      {ways.length > SHOWN_FIRST ? (
        <Button className="btn btn-quiet btn-small" onPress={() => setWhole(!isWhole)}>
          {isWhole ? t('facet.fewer') : t('get.more', { count: ways.length - SHOWN_FIRST })}
        </Button>
      ) : null}
      {isPlain ? <p className="hint">{t('get.plain')}</p> : null}
    </>
  )
}

function WayRow({ way }: { way: Way }) {
  const { t } = useTranslation()
  const wordFor = useVocabulary()
  const name = way.title ?? (way.kind === 'page' ? t('field.landingPage') : t('field.endpoint'))
  return (
    <li>
      <span>
        <span lang={way.title === undefined ? undefined : scriptOf(way.title)}>{name}</span>{' '}
        {way.format === undefined ? null : (
          <span className="tag">{wordFor('format', way.format)}</span>
        )}
      </span>
      <a className="url code" href={way.url} rel="noreferrer">
        {way.url}
      </a>
      <CopyButton value={way.url} what={name} isQuiet />
    </li>
  )
}
