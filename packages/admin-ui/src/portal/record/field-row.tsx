import { Button, Disclosure, DisclosurePanel } from 'react-aria-components'
import { useTranslation } from 'react-i18next'
import type { Conflict, FieldSource, Json, Problem } from '../../api.ts'
import { formatDateTime, formatDay } from '../../format.ts'
import { plainText } from '../../labels.ts'
import { useLanguage } from '../../language.ts'
import { Icon } from '../../parts/icon.tsx'
import { Status } from '../../parts/status.tsx'
import { ConflictValues } from './conflict-values.tsx'
import { useFieldLabel } from './field-label.ts'
import { FieldValue } from './field-value.tsx'
import { useProblemText } from './problem-text.ts'
import type { Settle } from './settle.ts'
import { SourceFacts } from './source-facts.tsx'

export type Row = {
  readonly path: string
  readonly value: Json | undefined
  readonly conflict: Conflict | undefined
  readonly problem: Problem | undefined
}

type Props = {
  readonly row: Row
  readonly field: FieldSource | undefined
  readonly nowMs: number
  readonly settle: Settle
}

/** One field: name, value, and behind a press where the value comes from. */
export function FieldRow({ row, field, nowMs, settle }: Props) {
  const { t } = useTranslation()
  const label = useFieldLabel()(row.path)
  const { conflict } = row
  return (
    <Disclosure id={row.path}>
      {({ isExpanded }) => (
        <>
          <dt
            id={`field-${row.path}`}
            data-conflict={conflict === undefined ? undefined : ''}
            tabIndex={-1}
          >
            {label}
            {conflict === undefined ? null : (
              <>
                <br />
                <Status state="split" isTag>
                  {t('conflict.tag')}
                </Status>
              </>
            )}
          </dt>
          <dd>
            {conflict === undefined ? (
              <Single row={row} />
            ) : (
              <ConflictValues conflict={conflict} label={label} shown={row.value} settle={settle} />
            )}
          </dd>
          {conflict === undefined && field === undefined ? null : (
            <>
              <dd className="src">
                <SourceButton field={field} conflict={conflict} label={label} nowMs={nowMs} />
              </dd>
              <dd className="prov-cell">
                <DisclosurePanel className="prov">
                  {isExpanded ? <Sources field={field} conflict={conflict} /> : null}
                </DisclosurePanel>
              </dd>
            </>
          )}
        </>
      )}
    </Disclosure>
  )
}

/** Made only when opened: a record may have a hundred fields. */
function Sources(props: { field: FieldSource | undefined; conflict: Conflict | undefined }) {
  const { field, conflict } = props
  const { t } = useTranslation()
  return (
    <>
      <h4>{t('source.title')}</h4>
      {conflict !== undefined
        ? conflict.values.map((value) => <SourceFacts key={value.commit} source={value} />)
        : null}
      {conflict === undefined && field !== undefined ? (
        <SourceFacts source={field.source} superseded={field.superseded} />
      ) : null}
    </>
  )
}

function Single({ row }: { row: Row }) {
  const problemText = useProblemText()
  return (
    <>
      {row.value === undefined ? null : <FieldValue path={row.path} value={row.value} />}
      {row.problem === undefined ? null : (
        <p>
          <Status state="warn">{problemText(row.problem)}</Status>
        </p>
      )}
    </>
  )
}

function SourceButton(props: {
  field: FieldSource | undefined
  conflict: Conflict | undefined
  label: string
  nowMs: number
}) {
  const { field, conflict, label, nowMs } = props
  const { t } = useTranslation()
  const language = useLanguage()
  const text =
    conflict === undefined && field !== undefined
      ? `${plainText(field.source.node, language)} · ${formatDay(field.source.atMs, nowMs, language)}`
      : t('conflict.sources', { count: conflict?.values.length ?? 0 })
  const when = field === undefined ? '' : formatDateTime(field.source.atMs, language)
  return (
    <Button
      slot="trigger"
      className="btn btn-quiet btn-small"
      aria-label={t('source.button', { label, text, when }).trim()}
    >
      {text}
      <Icon name="i-down" isSmall />
    </Button>
  )
}
