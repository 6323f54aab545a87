import { useTranslation } from 'react-i18next'
import type { Json, JsonObject } from '../../api.ts'
import { formatList, formatSourceDate } from '../../format.ts'
import { scriptOf } from '../../labels.ts'
import { useLanguage } from '../../language.ts'
import { isObject } from '../../request.ts'
import { readableName } from './field-names.ts'
import { isWebAddress } from './ways.ts'

const COLUMNS_MAX = 5

/** Names inside nested values that both languages know. */
const NAMES = {
  url: 'part.url',
  download: 'part.download',
  link: 'part.url',
  format: 'part.format',
  mediaType: 'part.mediaType',
  title: 'part.title',
  description: 'part.description',
  name: 'part.name',
  email: 'part.email',
  hasEmail: 'part.email',
  fn: 'part.name',
  type: 'part.type',
  id: 'part.id',
  order: undefined,
} as const

/** Any JSON value without its punctuation. */
export function PlainValue({ value }: { value: Json }) {
  const { t } = useTranslation()
  const language = useLanguage()
  if (value === null || value === '') return <span className="zero">{t('value.empty')}</span>
  if (typeof value === 'boolean') return <>{value ? t('value.yes') : t('value.no')}</>
  if (typeof value === 'number') return <span className="num">{value}</span>
  if (typeof value === 'string') return <Text text={value} />
  if (isObject(value)) return <Pairs value={value} />
  if (value.length === 0) return <span className="zero">{t('value.empty')}</span>
  if (value.every(isScalar)) {
    if (value.some((item) => typeof item === 'string' && isWebAddress(item)))
      return <List items={value} />
    return (
      <>
        {formatList(
          value.map((item) => scalarText(item, t)),
          language,
        )}
      </>
    )
  }
  const columns = columnsOf(value)
  return columns === undefined ? <List items={value} /> : <Rows columns={columns} items={value} />
}

function Text({ text }: { text: string }) {
  const language = useLanguage()
  if (isWebAddress(text)) {
    return (
      <a className="url" href={text} rel="noreferrer">
        {text}
      </a>
    )
  }
  const mail = /^mailto:([^\s@?&]+@[^\s@?&]+)$/i.exec(text)
  if (mail !== null) return <a href={text}>{mail[1]}</a>
  return (
    <span className="prose" lang={scriptOf(text)}>
      {formatSourceDate(text, language)}
    </span>
  )
}

function List({ items }: { items: readonly Json[] }) {
  return (
    <ul className="nested">
      {keyed(items).map(([key, item]) => (
        <li key={key}>
          <PlainValue value={item} />
        </li>
      ))}
    </ul>
  )
}

function Pairs({ value }: { value: JsonObject }) {
  const shown = Object.entries(value).filter(([name]) => name !== 'order')
  return (
    <dl className="facts nested">
      {shown.map(([name, part]) => (
        <div key={name}>
          <dt>
            <PartName name={name} />
          </dt>
          <dd>
            <PlainValue value={part} />
          </dd>
        </div>
      ))}
    </dl>
  )
}

function Rows({ columns, items }: { columns: readonly string[]; items: readonly Json[] }) {
  const { t } = useTranslation()
  return (
    // biome-ignore lint/a11y/useSemanticElements: a section would be one more landmark for every small table.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
    <div className="scroll" role="group" aria-label={t('value.table')} tabIndex={0}>
      <table className="table" data-density="compact">
        <thead>
          <tr>
            {columns.map((name) => (
              <th key={name} scope="col">
                <PartName name={name} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {keyed(items).map(([key, item]) => (
            <tr key={key}>
              {columns.map((name) => (
                <td key={name} className="wrap">
                  {isObject(item) && item[name] !== undefined ? (
                    <PlainValue value={item[name]} />
                  ) : null}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function PartName({ name }: { name: string }) {
  const { t } = useTranslation()
  const key = Object.entries(NAMES).find(([known]) => known === name)?.[1]
  return key === undefined ? <span lang="en">{readableName(name)}</span> : t(key)
}

/** Flat objects of few names make a table. */
function columnsOf(items: readonly Json[]): readonly string[] | undefined {
  const names = new Set<string>()
  for (const item of items) {
    if (!isObject(item) || !Object.values(item).every(isScalar)) return undefined
    for (const name of Object.keys(item)) names.add(name)
  }
  return names.size <= COLUMNS_MAX ? [...names] : undefined
}

function isScalar(value: Json): boolean {
  return typeof value !== 'object' || value === null
}

function scalarText(value: Json, t: ReturnType<typeof useTranslation>['t']): string {
  if (typeof value === 'boolean') return value ? t('value.yes') : t('value.no')
  return value === null || value === '' ? t('value.empty') : String(value)
}

/** Elements of a list have no name of their own: text and place together are one. */
function keyed(items: readonly Json[]): readonly (readonly [string, Json])[] {
  return items.map((item, index) => [`${index} ${JSON.stringify(item)}`, item])
}
