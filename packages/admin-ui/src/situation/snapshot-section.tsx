import { useTranslation } from 'react-i18next'
import type { Status as NodeStatusAnswer, Snapshot } from '../api.ts'
import { DigestWords } from '../parts/digest-words.tsx'
import { LabelText } from '../parts/label-text.tsx'
import { Ago, Moment } from '../parts/moment.tsx'
import type { State } from '../parts/state.ts'
import { Status } from '../parts/status.tsx'
import { DIGEST_WORDS } from '../words.ts'

/** The newest snapshot, how old it is, and which witnesses have agreed. */
export function SnapshotSection({ status }: { status: NodeStatusAnswer }) {
  const { t } = useTranslation()
  const [newest] = status.snapshots
  return (
    <section className="section" aria-labelledby="snapshot">
      <div className="section-head">
        <h2 id="snapshot">{t('snapshot.title')}</h2>
        <p>{t('snapshot.text')}</p>
      </div>
      <div className="panel">
        {newest === undefined ? (
          <>
            <p>
              <Status state="off">{t('snapshot.none')}</Status>
            </p>
            <p className="hint">{t('snapshot.noneHint')}</p>
          </>
        ) : (
          <Facts status={status} newest={newest} />
        )}
      </div>
    </section>
  )
}

function Facts({ status, newest }: { status: NodeStatusAnswer; newest: Snapshot }) {
  const { t } = useTranslation()
  const { nowMs } = status
  const settled = status.snapshots.find((snapshot) => snapshot.settled)
  return (
    <dl className="facts facts-lined">
      <div>
        <dt>{t('snapshot.taken')}</dt>
        <dd>
          <Moment ms={newest.atMs} /> · <Ago ms={newest.atMs} nowMs={nowMs} />
        </dd>
      </div>
      <div>
        <dt>{t('snapshot.by')}</dt>
        <dd>
          <Signer snapshot={newest} writer={newest.writer} />
        </dd>
      </div>
      <div>
        <dt>{t('snapshot.state')}</dt>
        <dd>
          <SettledStatus snapshot={newest} />
        </dd>
      </div>
      <div>
        <dt>{t('snapshot.witnesses')}</dt>
        <dd>
          <Witnesses snapshot={newest} />
        </dd>
      </div>
      {settled === newest ? null : (
        <div>
          <dt>{t('snapshot.lastSettled')}</dt>
          <dd>
            {settled === undefined ? (
              t('snapshot.neverSettled')
            ) : (
              <>
                <Moment ms={settled.atMs} /> · <Ago ms={settled.atMs} nowMs={nowMs} />
              </>
            )}
          </dd>
        </div>
      )}
      <div>
        <dt>{t('agree.catalogue')}</dt>
        <dd>
          <DigestWords
            value={newest.root}
            count={DIGEST_WORDS}
            copyAs={t('agree.fullFingerprint')}
          />
        </dd>
      </div>
    </dl>
  )
}

function SettledStatus({ snapshot }: { snapshot: Snapshot }) {
  const { t } = useTranslation()
  const { settled, rootSettled, alarm, threshold, witnesses } = snapshot
  const counts = { threshold, count: witnesses.length }
  if (alarm !== null) return <Status state="bad">{t('snapshot.differs')}</Status>
  if (witnesses.length === 0) return <Status state="warn">{t('snapshot.noWitnesses')}</Status>
  if (!settled) return <Status state="wait">{t('snapshot.open', counts)}</Status>
  return <Status state="ok">{t(rootSettled ? 'snapshot.settled' : 'snapshot.settledHeads')}</Status>
}

function Witnesses({ snapshot }: { snapshot: Snapshot }) {
  const { t } = useTranslation()
  const { witnesses, agreed, agreedRoot } = snapshot
  if (witnesses.length === 0) return <>{t('snapshot.noWitnessesHint')}</>
  const stateOf = (writer: number): State => (agreed.includes(writer) ? 'ok' : 'wait')
  const wordOf = (writer: number): string => {
    if (agreedRoot.includes(writer)) return t('snapshot.agrees')
    return t(agreed.includes(writer) ? 'snapshot.agreesHeads' : 'snapshot.notYet')
  }
  return (
    <ul>
      {witnesses.map((writer) => (
        <li key={writer}>
          <Signer snapshot={snapshot} writer={writer} />{' '}
          <Status state={stateOf(writer)} isTag>
            {wordOf(writer)}
          </Status>
        </li>
      ))}
    </ul>
  )
}

function Signer({ snapshot, writer }: { snapshot: Snapshot; writer: number }) {
  const { t } = useTranslation()
  const labels = snapshot.names[String(writer)] ?? {}
  return <LabelText labels={labels} otherwise={t('snapshot.writer', { writer })} />
}
