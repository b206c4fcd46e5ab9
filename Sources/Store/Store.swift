import CMigrations

/// x
public let zz = vedette_migration_count
