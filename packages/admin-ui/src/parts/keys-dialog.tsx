import { useState } from 'react'
import { Button, Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components'
import { useTranslation } from 'react-i18next'
import { areSingleKeysOn, setSingleKeys } from './shortcuts.ts'

type Props = { readonly isOpen: boolean; readonly onOpenChange: (isOpen: boolean) => void }

/** The list of keys, and the switch that turns single letters off. */
export function KeysDialog({ isOpen, onOpenChange }: Props) {
  const { t } = useTranslation()
  const [isOn, setOn] = useState(areSingleKeysOn)

  function toggle(next: boolean): void {
    setSingleKeys(next)
    setOn(next)
  }

  return (
    <ModalOverlay className="overlay" isDismissable isOpen={isOpen} onOpenChange={onOpenChange}>
      <Modal className="dialog">
        <Dialog>
          <Heading slot="title">{t('keys.title')}</Heading>
          <dl className="keys">
            <div>
              <dt>
                <kbd>/</kbd>
              </dt>
              <dd>{t('keys.search')}</dd>
            </div>
            <div>
              <dt>
                <kbd>?</kbd>
              </dt>
              <dd>{t('keys.help')}</dd>
            </div>
            <div>
              <dt>
                <kbd>Esc</kbd>
              </dt>
              <dd>{t('keys.close')}</dd>
            </div>
            <div>
              <dt>
                <kbd>←</kbd> <kbd>→</kbd>
              </dt>
              <dd>{t('keys.chips')}</dd>
            </div>
            <div>
              <dt>
                <kbd>Delete</kbd>
              </dt>
              <dd>{t('keys.remove')}</dd>
            </div>
          </dl>
          <label className="with-icon">
            <input
              className="check"
              type="checkbox"
              checked={isOn}
              onChange={(event) => toggle(event.target.checked)}
            />
            {t('keys.single')}
          </label>
          <div className="btns">
            <Button slot="close" className="btn btn-primary">
              {t('keys.done')}
            </Button>
          </div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  )
}
