"""When stages run: durable workflows, the planner, notices. The one importer of the job library."""
