import { Button } from 'react-aria-components'
import { useTranslation } from 'react-i18next'
import { Status } from '../../parts/status.tsx'
import type { PartChange } from './part.ts'

type Props = {
  readonly change: PartChange
  readonly onUndo: () => void
  readonly onClose: () => void
}

/** What is held from now on, what is still under way, and the way back. */
export function PartDone({ change, onUndo, onClose }: Props) {
  const { t } = useTranslation()
  const { agencies, of } = change.agencies
  return (
    <div role="status">
      <p>
        <Status state="ok">{t('part.done', { agencies, of })}</Status>
      </p>
      <p className="hint">
        {change.comes.records > 0 ? t('part.doneComes', { count: change.comes.records }) : null}{' '}
        {change.goes.bytes > change.archived.bytes ? t('part.goesHint') : null}
      </p>
      <div className="btns section-table">
        <Button className="btn" onPress={onUndo}>
          {t('part.undo')}
        </Button>
        <Button className="btn btn-quiet" onPress={onClose}>
          {t('part.close')}
        </Button>
      </div>
    </div>
  )
}
