import { useTranslation } from 'react-i18next'
import { Link, useLocation } from 'react-router'
import type { Item } from '../api.ts'
import { formatDate, formatList, formatSourceDate } from '../format.ts'
import { chooseText } from '../labels.ts'
import { useLanguage } from '../language.ts'
import { ForeignTag, LabelText } from '../parts/label-text.tsx'
import { Status } from '../parts/status.tsx'
import { Marked } from './marked.tsx'
import { parseSearch } from './search-state.ts'
import type { WordFor } from './vocabulary.ts'

const FORMATS_SHOWN = 3

type Props = {
  readonly item: Item
  readonly wordFor: WordFor
}

/** One record of a result, like a card of a catalogue: call number, what it is, how to get it. */
export function ResultCard({ item, wordFor }: Props) {
  const { t } = useTranslation()
  const language = useLanguage()
  const { search } = useLocation()
  const { day } = parseSearch(new URLSearchParams(search))
  const title = chooseText(item.title, language)
  const description = chooseText(item.description, language)
  return (
    <article className="card">
      <p className="call">
        {item.region === null ? null : <b>{item.region}</b>}
        {item.region === null ? null : <span>{wordFor('region', item.region)}</span>}
        <span>{wordFor('kind', item.kind)}</span>
      </p>
      <div>
        <h3>
          <Link
            to={{
              pathname: `/records/${item.id}`,
              search: day === null ? '' : `?asOf=${day}`,
            }}
            state={{ search }}
            lang={title?.lang}
          >
            <Marked
              text={title?.text ?? t('record.untitled')}
              marks={item.marks?.title[title?.lang ?? ''] ?? []}
            />
          </Link>
        </h3>
        <p className="by">
          <LabelText labels={item.agency.name} />
        </p>
        {description === undefined ? null : (
          <p className="sum" lang={description.lang}>
            <Marked
              text={description.text}
              marks={item.marks?.description[description.lang] ?? []}
            />
          </p>
        )}
        <CardTags item={item} />
      </div>
      <dl className="facts">
        <div>
          <dt>{t('card.get')}</dt>
          <dd>
            {item.formats.length === 0 ? (
              t('card.noFormat')
            ) : (
              <Formats item={item} wordFor={wordFor} />
            )}
          </dd>
        </div>
        {item.openness === null ? null : (
          <div>
            <dt>{t('facet.openness')}</dt>
            <dd>{wordFor('openness', item.openness)}</dd>
          </div>
        )}
        {item.sharing === null ? null : (
          <div>
            <dt>{t('facet.sharing')}</dt>
            <dd>{wordFor('sharing', item.sharing)}</dd>
          </div>
        )}
        {item.themes.length === 0 ? null : (
          <div>
            <dt>{t('facet.theme')}</dt>
            <dd>
              {formatList(
                item.themes.map((theme) => wordFor('theme', theme)),
                language,
              )}
            </dd>
          </div>
        )}
        <div>
          <dt>{t('card.updated')}</dt>
          <dd className="num">
            {item.modified === null
              ? formatDate(item.updatedMs, language)
              : formatSourceDate(item.modified, language)}
          </dd>
        </div>
      </dl>
    </article>
  )
}

function Formats({ item, wordFor }: { item: Item; wordFor: WordFor }) {
  const { t } = useTranslation()
  const language = useLanguage()
  const named = item.formats.map((format) => wordFor('format', format))
  const shown = formatList(named.slice(0, FORMATS_SHOWN), language)
  const rest = named.length - FORMATS_SHOWN
  return (
    <>{rest > 0 ? t('card.moreFormats', { shown, count: rest, total: named.length }) : shown}</>
  )
}

function CardTags({ item }: { item: Item }) {
  const { t } = useTranslation()
  const isWithdrawn = item.state === 'withdrawn'
  return (
    <p className="tags">
      <ForeignTag labels={item.title} />
      {isWithdrawn ? (
        <Status state="off" isTag>
          {t('state.withdrawn')}
        </Status>
      ) : null}
      {item.conflicts === 0 ? null : (
        <Status state="split" isTag>
          {t('record.conflicts', { count: item.conflicts })}
        </Status>
      )}
      {item.problems === 0 ? null : (
        <Status state="warn" isTag>
          {t('record.problems', { count: item.problems })}
        </Status>
      )}
    </p>
  )
}
