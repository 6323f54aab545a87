import { useEffect, useRef } from 'react'
import { Button } from 'react-aria-components'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useAccessKey } from '../../access-key.ts'
import type { Json, JsonObject, RecordView } from '../../api.ts'
import { formatList } from '../../format.ts'
import { plainText } from '../../labels.ts'
import { useLanguage } from '../../language.ts'
import { ErrorNotice } from '../../parts/error-notice.tsx'
import { Notice } from '../../parts/notice.tsx'
import { Status } from '../../parts/status.tsx'
import { ApiError, isObject } from '../../request.ts'
import { useFieldLabel } from './field-label.ts'
import { FieldValue } from './field-value.tsx'
import type { Settle } from './settle.ts'

type Props = {
  readonly record: RecordView
  readonly settle: Settle
  readonly isOwn: boolean
  readonly onReload: () => void
}

/** Above the fields: which have two values, who may settle them, what became of a pick. */
export function SettleNotice({ record, settle, isOwn, onReload }: Props) {
  const label = useFieldLabel()
  return (
    <>
      {record.conflicts.length === 0 ? null : <Open record={record} isOwn={isOwn} />}
      {settle.isDone && settle.picked !== undefined ? (
        <Done field={label(settle.picked.conflict.path)} />
      ) : null}
      {settle.error === null ? null : <NotDone settle={settle} onReload={onReload} />}
    </>
  )
}

function Open({ record, isOwn }: { record: RecordView; isOwn: boolean }) {
  const { t } = useTranslation()
  const language = useLanguage()
  const label = useFieldLabel()
  const key = useAccessKey()
  const fields = formatList(
    record.conflicts.map((conflict) => t('none.quoted', { word: label(conflict.path) })),
    language,
  )
  const agency = plainText(record.agency.name, language)
  return (
    <Notice state="split">
      <h3>{t('conflict.title', { fields, count: record.conflicts.length })}</h3>
      <p>
        {t('conflict.kept')}{' '}
        {isOwn && key !== undefined ? t('conflict.youMay') : t('conflict.whoMay', { agency })}
      </p>
      {isOwn && key === undefined ? (
        <div className="btns">
          <Link className="btn btn-small" to="/node#access">
            {t('conflict.enterKey')}
          </Link>
        </div>
      ) : null}
    </Notice>
  )
}

/** One line; the focus comes here unless another conflict waits below. */
function Done({ field }: { field: string }) {
  const { t } = useTranslation()
  const line = useRef<HTMLParagraphElement>(null)
  useEffect(() => {
    const next = document.querySelector<HTMLElement>('dt[data-conflict]')
    const target = next ?? line.current
    target?.focus()
  }, [])
  return (
    <p className="toast" role="status" tabIndex={-1} ref={line}>
      <Status state="ok">{t('conflict.done', { field })}</Status>
    </p>
  )
}

/** Not saved: why, and what the reader picked, so that nothing is lost. */
function NotDone({ settle, onReload }: { settle: Settle; onReload: () => void }) {
  const { t } = useTranslation()
  const { error, picked } = settle
  const isStale = error instanceof ApiError && [409, 412, 428].includes(error.status)
  return (
    <>
      <ErrorNotice error={error} title={t('conflict.notSaved')} />
      {picked === undefined ? null : (
        <div className="panel kept">
          <h3>{t('conflict.yours')}</h3>
          <Chosen
            path={picked.conflict.path}
            value={picked.value.value}
            isRemoved={picked.value.removed}
          />
          {isStale ? <Changed error={error} /> : null}
          <div className="btns">
            {isStale ? (
              <Button
                className="btn btn-primary"
                onPress={() => {
                  settle.reset()
                  onReload()
                }}
              >
                {t('conflict.readAgain')}
              </Button>
            ) : (
              <Button className="btn btn-primary" onPress={() => settle.pick(picked)}>
                {t('error.retry')}
              </Button>
            )}
          </div>
        </div>
      )}
    </>
  )
}

function Chosen({ path, value, isRemoved }: { path: string; value: Json; isRemoved: boolean }) {
  const { t } = useTranslation()
  const label = useFieldLabel()
  return (
    <dl className="facts">
      <div>
        <dt>{label(path)}</dt>
        <dd>{isRemoved ? t('conflict.removed') : <FieldValue path={path} value={value} />}</dd>
      </div>
    </dl>
  )
}

/** What the node holds now, as the refusal itself told. */
function Changed({ error }: { error: ApiError }) {
  const { t } = useTranslation()
  const language = useLanguage()
  const conflicts = error.problem['conflicts']
  const stale = Array.isArray(conflicts) ? conflicts.filter((item) => isObject(item)) : []
  const current = stale.flatMap((item) => currentOf(item))
  if (current.length === 0) return null
  return (
    <>
      <h3>{t('conflict.changed')}</h3>
      <ul className="values">
        {current.map(({ path, value, node }) => (
          <li key={`${path} ${JSON.stringify(value)} ${JSON.stringify(node)}`}>
            <Chosen path={path} value={value} isRemoved={false} />
            <span className="who">{plainText(node, language)}</span>
          </li>
        ))}
      </ul>
    </>
  )
}

function currentOf(
  item: JsonObject,
): readonly { path: string; value: Json; node: Record<string, string> }[] {
  const { path, current } = item
  if (typeof path !== 'string' || !Array.isArray(current)) return []
  return current.filter(isObject).map((entry) => ({
    path,
    value: entry['value'] ?? null,
    node: textsOf(entry['node'] ?? null),
  }))
}

function textsOf(value: Json): Record<string, string> {
  const entries = isObject(value) ? Object.entries(value) : []
  return Object.fromEntries(
    entries.flatMap(([lang, text]) => (typeof text === 'string' ? [[lang, text]] : [])),
  )
}
