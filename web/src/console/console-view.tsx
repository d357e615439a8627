import { Select } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation, useParams } from 'wouter';
import { EmptyState } from '../layout/empty-state.tsx';
import { ViewTitle } from '../layout/view-title.tsx';
import classes from './console-view.module.css';
import { LiveLog } from './live-log.tsx';
import { useLogChoices } from './use-log-choices.ts';
import { useLogLines } from './use-log-lines.ts';

/** The log of any download or import; of the newest, until another is chosen. */
export function ConsoleView() {
  const { t } = useTranslation();
  const { id } = useParams<{ id?: string }>();
  const [, go] = useLocation();
  const [search, setSearch] = useState('');
  const { groups, newest } = useLogChoices(search);
  const choices = groups.flatMap(({ items }) => items);
  const labels = new Set(choices.map(({ label }) => label));

  // What is chosen stays so while another is looked for.
  const known = choices.find(({ value }) => value === id);
  const [chosen, setChosen] = useState(known);
  if (known !== undefined && (known.value !== chosen?.value || known.label !== chosen.label)) setChosen(known);
  const kept = chosen?.value === id ? chosen : id === undefined ? undefined : { value: id, label: id };
  const beside = known === undefined && kept !== undefined ? [kept] : [];

  useEffect(() => {
    if (id === undefined && newest !== null) go(`/console/${newest}`, { replace: true });
  }, [id, newest, go]);

  return (
    <>
      <ViewTitle title={t('nav.console')} about={t('console.about')} />
      <Select
        className={classes.choice}
        label={t('console.which')}
        placeholder={t('console.choose')}
        searchable
        data-shortcut="search"
        nothingFoundMessage={t('console.none_found')}
        data={[...beside, ...groups]}
        // The groups match already, some by an address.
        filter={({ options }) => options.filter((option) => 'group' in option)}
        value={id ?? null}
        // The field names what is chosen: that is no search.
        onSearchChange={(text) => setSearch(labels.has(text) || text === kept?.label ? '' : text)}
        onChange={(value) => value !== null && go(`/console/${value}`)}
        allowDeselect={false}
      />
      {id === undefined ? <EmptyState title={t('console.nothing_chosen')} /> : <ChosenLog key={id} id={id} />}
    </>
  );
}

function ChosenLog({ id }: { id: string }) {
  return <LiveLog lines={useLogLines(id)} isTall />;
}
