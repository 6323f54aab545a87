import { Button } from 'react-aria-components'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { Status as NodeStatus } from '../api.ts'
import { Count } from '../parts/count.tsx'
import { LabelText } from '../parts/label-text.tsx'
import { Moment } from '../parts/moment.tsx'
import { Status } from '../parts/status.tsx'
import { nodeName } from './receivers.ts'
import { type ReportLine, reportLines, verdictOf } from './report-lines.ts'
import type { BundleReport } from './upload-bundle.ts'

type Props = {
  readonly report: BundleReport
  readonly status: NodeStatus
  readonly onAnswer: (client: number) => void
}

/** What became of a bundle: the verdict, four counts, what to know, what to do next. */
export function TakenReport({ report, status, onAnswer }: Props) {
  const { t } = useTranslation()
  const verdict = verdictOf(report)
  const isOwn = report.sender === status.writer.client
  const sender = nodeName(status, report.sender)
  return (
    <>
      <p role="status">
        <Status state={verdict.state}>{t(verdict.key)}</Status>
      </p>
      <Origin report={report} status={status} />
      <dl className="tally">
        <Tally name={t('taken.new')} value={report.new} />
        <Tally name={t('taken.known')} value={report.known} />
        <Tally name={t('taken.wait')} value={report.waiting} />
        <Tally name={t('taken.refused')} value={report.refused} />
      </dl>
      <ul className="lines">
        {reportLines(report, t).map((line) => (
          <li key={line.text}>
            <Line {...line} />
          </li>
        ))}
      </ul>
      <div className="btns">
        {isOwn || sender === undefined ? null : (
          <Button className="btn" onPress={() => onAnswer(report.sender)}>
            {t('taken.answer')} <LabelText labels={sender} />
          </Button>
        )}
        {report.new > 0 ? <Link to="/situation">{t('taken.look')}</Link> : null}
      </div>
    </>
  )
}

function Line({ state, text, code }: ReportLine) {
  return (
    <Status state={state}>
      {text}
      {code === undefined ? null : (
        <>
          {' '}
          <span className="code">{code}</span>
        </>
      )}
    </Status>
  )
}

/** Who made it and when, and for whom where that is somebody else. */
function Origin({ report, status }: Pick<Props, 'report' | 'status'>) {
  const { t } = useTranslation()
  const { sender, to, madeMs } = report
  const from = nodeName(status, sender)
  const other = to === status.writer.client ? undefined : nodeName(status, to)
  return (
    <>
      <p className="hint">
        {from === undefined ? (
          t('taken.fromUnknown')
        ) : (
          <>
            {t('taken.from')} <LabelText labels={from} />
          </>
        )}
        {' · '}
        <Moment ms={madeMs} />
      </p>
      {other === undefined ? null : (
        <p className="hint">
          {t('taken.forOther')} <LabelText labels={other} />
        </p>
      )}
    </>
  )
}

function Tally({ name, value }: { name: string; value: number }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <Count value={value} />
      </dd>
    </div>
  )
}
