import { Notifications } from '@mantine/notifications';

/** Where notifications are shown. */
export function NotificationArea() {
  return <Notifications position="bottom-right" limit={4} />;
}
