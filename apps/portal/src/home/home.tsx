import type { DeskInfo } from '@certdesk/contract';
import { useWords } from '../app/language.tsx';
import { Page } from '../app/page.tsx';
import { Served } from './served.tsx';

export function HomePage({ desk }: { desk: DeskInfo }) {
  const { home } = useWords();
  const services = [
    { name: 'renewal', href: '/renewal', open: desk.services.renewal },
    { name: 'amendment', href: '/amendment', open: desk.services.amendment },
    { name: 'seal', href: '/seal', open: desk.services.seal },
    { name: 'unlock', href: '/unlock', open: desk.services.unlock },
    { name: 'cases', href: '/cases', open: true },
  ] as const;
  return (
    <Page title={home.title} lead={home.lead}>
      <ul class="services">
        {services.map(({ name, href, open }) => (
          <li key={name}>
            <a href={href}>
              <strong>
                {home.services[name].name}
                {!open && <em> {home.notOpen}</em>}
              </strong>
              <span>{home.services[name].what}</span>
              <span>{home.services[name].needs}</span>
              <i aria-hidden="true">›</i>
            </a>
          </li>
        ))}
      </ul>
      <Served desk={desk} />
    </Page>
  );
}
