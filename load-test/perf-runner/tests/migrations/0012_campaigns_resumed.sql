update campaigns set resumed_at = '{2026-11-21 11:00:00+00}';
