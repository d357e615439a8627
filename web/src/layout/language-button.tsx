import { ActionIcon, Menu } from '@mantine/core';
import IconLanguage from '@tabler/icons-react/icons/IconLanguage';
import { useTranslation } from 'react-i18next';
import { chooseLanguage, LANGUAGES } from '../language/i18n.ts';

const NAMES = { 'pt-BR': 'Português (Brasil)', en: 'English' };

export function LanguageButton() {
  const { t, i18n } = useTranslation();
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t('layout.language')}>
          <IconLanguage size={20} stroke={1.7} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.RadioGroup value={i18n.language}>
          {LANGUAGES.map((language) => (
            <Menu.RadioItem
              key={language}
              value={language}
              lang={language}
              onClick={() => void chooseLanguage(language)}
            >
              {NAMES[language]}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
      </Menu.Dropdown>
    </Menu>
  );
}
