import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { RecordView } from '../../api.ts'
import { CopyButton } from '../../parts/copy-button.tsx'
import { LabelText } from '../../parts/label-text.tsx'
import { Moment } from '../../parts/moment.tsx'
import { Status } from '../../parts/status.tsx'
import { historyQuery } from '../../queries.ts'
import { useFieldLabel } from './field-label.ts'
import { PastDay } from './past-notice.tsx'
import { useProblemText } from './problem-text.ts'
import { RelatedRecords } from './related-records.tsx'

/** Beside the record: what is still to do, how it came here, how to take it along. */
export function RecordAside({ record }: { record: RecordView }) {
  const { t } = useTranslation()
  const history = useQuery(historyQuery(record.id))
  const items = history.data?.items
  return (
    <div className="aside">
      <Completeness record={record} />
      <section aria-labelledby="entry">
        <h2 id="entry">{t('aside.entry')}</h2>
        <dl className="facts">
          <div>
            <dt>{t('aside.owner')}</dt>
            <dd>
              <LabelText labels={record.agency.name} />
            </dd>
          </div>
          {items === undefined || items.length === 0 ? null : (
            <div>
              <dt>{t('aside.first')}</dt>
              <dd>
                <Moment ms={items.at(-1)?.atMs ?? record.updatedMs} />
              </dd>
            </div>
          )}
          <div>
            <dt>{t('aside.last')}</dt>
            <dd>
              <Moment ms={record.updatedMs} />
            </dd>
          </div>
          {items === undefined ? null : (
            <div>
              <dt>{t('aside.versions')}</dt>
              <dd>
                <a href="#history">{t('aside.commits', { count: items.length })}</a>
              </dd>
            </div>
          )}
        </dl>
        <PastDay />
      </section>
      <RelatedRecords id={record.id} />
      <section aria-labelledby="take">
        <h2 id="take">{t('aside.take')}</h2>
        <ul className="plain">
          <li>
            <a href={`/api/v1/records/${record.id}`}>{t('aside.json')}</a>
          </li>
          <li>
            <a href={`/api/v1/records/${record.id}/history`}>{t('aside.historyJson')}</a>
          </li>
        </ul>
        <CopyButton value={record.id} what={t('aside.id')} isNamed isQuiet />
      </section>
    </div>
  )
}

function Completeness({ record }: { record: RecordView }) {
  const { t } = useTranslation()
  const label = useFieldLabel()
  const problemText = useProblemText()
  const { problems, conflicts } = record
  return (
    <section aria-labelledby="done">
      <h2 id="done">{t('aside.todo')}</h2>
      {problems.length + conflicts.length === 0 ? (
        <Status state="ok">{t('aside.nothing')}</Status>
      ) : (
        <ul className="plain">
          {conflicts.map((conflict) => (
            <li key={conflict.path}>
              <Status state="split">
                <a href={`#field-${conflict.path}`}>{label(conflict.path)}</a>
                {t('aside.colon')}
                {t('conflict.sources', { count: conflict.values.length })}
              </Status>
            </li>
          ))}
          {problems.map((problem) => (
            <li key={`${problem.path} ${problem.code}`}>
              <Status state="warn">
                <a href={`#field-${problem.path}`}>{label(problem.path)}</a>
                {t('aside.colon')}
                {problemText(problem)}
              </Status>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
