import { useTranslation } from 'react-i18next'
import type { Status as NodeStatusAnswer } from '../api.ts'
import { DigestWords } from '../parts/digest-words.tsx'
import { Moment } from '../parts/moment.tsx'
import { conditionOf, isOfParts, stateOf } from '../parts/node-state.ts'
import { compareStates, STATES, type State } from '../parts/state.ts'
import { Status } from '../parts/status.tsx'
import { DIGEST_WORDS } from '../words.ts'
import { NodeStrip } from './node-strip.tsx'

const LEGEND = {
  bad: 'legend.bad',
  warn: 'legend.warn',
  split: 'legend.split',
  wait: 'legend.wait',
  off: 'legend.off',
  ok: 'legend.ok',
} as const satisfies Record<State, string>

/** Do the nodes hold the same catalogue: the one figure this page is about. */
export function Agreement({ status }: { status: NodeStatusAnswer }) {
  const { t } = useTranslation()
  const { asOf } = status
  const states = status.peers
    .map((peer) => stateOf(conditionOf(peer, status)))
    .sort((left, right) => compareStates(right, left))
  const counted = STATES.map((state) => ({
    state,
    count: states.filter((other) => other === state).length,
  })).filter(({ count }) => count > 0)
  const legend = counted.toReversed()
  const sameRoster = status.peers.filter(
    (peer) => peer.self || peer.reported?.roster === status.roster.version,
  ).length
  return (
    <section className="panel agree" aria-labelledby="agree">
      <h2 id="agree">{t('agree.title')}</h2>
      <p className="figure">
        <b>
          {asOf.agree} / {asOf.nodes}
        </b>
        <span>
          {t(isOfParts(status) ? 'agree.figurePart' : 'agree.figure', { count: asOf.agree })}
        </span>
      </p>
      <NodeStrip
        states={states}
        label={t('agree.strip', {
          count: states.length,
          parts: legend.map(({ state, count }) => t(LEGEND[state], { count })).join(', '),
        })}
      />
      <p className="legend">
        {legend.map(({ state, count }) => (
          <Status key={state} state={state}>
            {t(LEGEND[state], { count })}
          </Status>
        ))}
      </p>
      <dl className="facts">
        <div>
          <dt>{t(asOf.share.held === null ? 'agree.catalogue' : 'agree.cataloguePart')}</dt>
          <dd>
            <DigestWords
              value={status.catalogue.digest}
              count={DIGEST_WORDS}
              copyAs={t('agree.fullFingerprint')}
            />
          </dd>
        </div>
        <div>
          <dt>{t('agree.compared')}</dt>
          <dd>
            <Moment ms={asOf.nowMs} />
          </dd>
        </div>
        <div>
          <dt>{t('agree.roster')}</dt>
          <dd>{t('agree.rosterText', { version: status.roster.version, count: sameRoster })}</dd>
        </div>
      </dl>
    </section>
  )
}
